"""What signing in is made of. `serving.settings` reads it from the environment and checks it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Final, Literal

from hybrid_agent.serving.people import Role

Algorithm = Literal["HS256", "RS256", "ES256"]
"""How a token may be signed. One is settled on before any token is read: its own `alg` decides nothing."""

SHORTEST_SECRET: Final = 32
"""Bytes of a secret that signs: as many as SHA-256 gives (RFC 7518, 3.2)."""


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a token from elsewhere must be. `key` is the secret or the PEM of a public key, or None where
    `jwks_url` says where the public keys are. `leeway` is how far the issuer's clock may be off,
    `longest` the longest time that a token may count."""

    algorithm: Algorithm
    audience: str
    issuer: str | None = None
    key: str | None = field(default=None, repr=False)
    jwks_url: str | None = None
    leeway: timedelta = timedelta(seconds=60)
    longest: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Provider:
    """The OpenID Connect provider where staff sign in.

    `roles` maps the values of `role_claim` to a role of ours (`agent`) or one that the catalog's approvers
    name. `user_claim` must name one person for ever. Tokens sent as Bearer must be for `audience`.
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    audience: str | None = None
    algorithm: Algorithm = "RS256"
    user_claim: str = "sub"
    role_claim: str = "roles"
    roles: Mapping[str, str] = MappingProxyType({each.label: each.label for each in Role})
    scopes: tuple[str, ...] = ("openid", "profile")
    leeway: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class SampleSignIn:
    """A sign-in of the demonstration, shown on the sign-in page: never of a real deployment."""

    user: str
    password: str
    about: str


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """How people are known. `secret` signs what we sign ourselves; `url` is the site's public address.

    Staff sessions end after `idle` without a request and at the latest after `session`. `visit` is how long
    an anonymous visitor is known. `accounts` says whether local accounts may sign in.
    """

    secret: str = field(repr=False)
    url: str = "http://127.0.0.1:2024"
    customers: TokenRules | None = None
    provider: Provider | None = None
    accounts: bool = True
    samples: tuple[SampleSignIn, ...] = ()
    idle: timedelta = timedelta(minutes=60)
    session: timedelta = timedelta(hours=12)
    visit: timedelta = timedelta(hours=24)

    @property
    def https(self) -> bool:
        """Whether browsers reach the site over TLS."""
        return self.url.startswith("https://")
