"""Keys and tokens of a shop, and the people that a server knows by them."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from graph_kit import Clock

from hybrid_agent.records import Records
from hybrid_agent.serving.identity.identity import Identity, identity
from hybrid_agent.serving.identity.sessions import SignedIn
from hybrid_agent.serving.people import Role
from hybrid_agent.serving.settings import Algorithm, CustomerTokens, ServerSettings

SECRET, SHOP_SECRET, AUDIENCE = "s" * 40, "shop" * 10, "support"
URL = "http://127.0.0.1:2024"
PASSWORD = "correct horse battery"


@cache
def rsa_key(which: str = "one") -> rsa.RSAPrivateKey:
    """A private key; another one under another name."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    """A private key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def public_pem(key: "rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey") -> str:
    """The public half, as settings have it."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def published(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    """The public half, as an issuer publishes it."""
    shown: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return {**shown, "kid": kid, "use": "sig", "alg": "RS256"}


def settings(**more: Any) -> ServerSettings:
    """A server whose customers come with tokens of the shop's secret."""
    tokens = CustomerTokens(Algorithm.HS256, AUDIENCE, issuer="https://shop.example", secret=SHOP_SECRET)
    return ServerSettings(**{"deployment": Path(), "secret": SECRET, "url": URL, "customers": tokens, **more})


@dataclass
class Desk:
    """Who is known to a server, at what time."""

    identity: Identity
    clock: Clock
    settings: ServerSettings

    def claims(self, **more: Any) -> dict[str, Any]:
        """What the shop's token says about one of its customers; a value of None leaves a claim out."""
        now = self.clock()
        whole = {
            "sub": "C-1001",
            "aud": AUDIENCE,
            "iss": "https://shop.example",
            "iat": now,
            "exp": now + timedelta(hours=1),
            **more,
        }
        return {name: value for name, value in whole.items() if value is not None}

    def token(self, key: Any = SHOP_SECRET, algorithm: str = "HS256", **more: Any) -> str:
        """The shop's token."""
        headers = more.pop("headers", None)
        return jwt.encode(self.claims(**more), key, algorithm=algorithm, headers=headers)

    async def session(self, role: Role = Role.AGENT, user: str = "noor", *roles: str) -> str:
        """The session of a member of staff who has just signed in."""
        return await self.identity.begin(SignedIn(user, user.title(), role, frozenset(roles), via="password"))


def desk_of(records: Records, clock: Clock, **more: Any) -> Desk:
    """The people of a server with these settings."""
    made = settings(**more)
    return Desk(identity(made, records, clock), clock, made)


def at(hours: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=hours)


def never(moment: datetime) -> datetime:
    """A time long after."""
    return moment + timedelta(days=4000)
