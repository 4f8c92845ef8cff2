"""Staff by OpenID Connect: the provider's sign-in in the browser, and its tokens as Bearer.

Authorization code with PKCE, state and nonce (OpenID Connect Core 1.0; RFC 7636; RFC 9207).
"""

import asyncio
import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any, Final
from urllib.parse import urlencode

from hybrid_agent.caller import Kind
from hybrid_agent.serving.errors import InvalidCredentialError, NotAllowedError, NotReadyError
from hybrid_agent.serving.identity.fetching import FetchError, asked, fetch
from hybrid_agent.serving.identity.keys import KeySet
from hybrid_agent.serving.identity.sessions import SignedIn
from hybrid_agent.serving.identity.tokens import TokenRules, display_name, peeked, subject, verified
from hybrid_agent.serving.people import Person, Role
from hybrid_agent.serving.settings import Oidc
from hybrid_agent.serving.settings.reading import url_problem

CALLBACK: Final = "/site/sign-in/back"
DISCOVERY: Final = "/.well-known/openid-configuration"
LIFETIME: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a browser takes along while it is at the provider's, to be compared when it is back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What the provider says about itself."""

    issuer: str
    authorization: str
    token: str
    basic: bool
    says_who: bool
    keys: KeySet


@dataclass(slots=True)
class _Known:
    """What was fetched, and how often it was tried: who waited for a try in vain does not try again."""

    endpoints: Endpoints | None = None
    tries: int = 0


@dataclass(frozen=True, eq=False)
class StaffProvider:
    """The provider that the settings name; what it says about itself is fetched at first use."""

    settings: Oidc
    back: str
    _known: _Known = field(default_factory=_Known)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def issued(self, claims: Mapping[str, Any]) -> bool:
        """Whether a token claims to be this provider's."""
        issuer = claims.get("iss")
        return isinstance(issuer, str) and issuer.rstrip("/") == self.settings.issuer.rstrip("/")

    async def person(self, token: str, now: datetime) -> Person:
        """Who sends this token as Bearer. Raises InvalidCredentialError, NotAllowedError, NotReadyError."""
        audience = self.settings.audience or self.settings.client_id
        who = self._who(await self._verified(token, audience, now))
        return Person(
            kind=Kind.STAFF, id=who.user, name=who.name, credential=token, role=who.role, roles=who.roles
        )

    async def leave(self) -> tuple[str, Leaving]:
        """The address to send a browser to, and what it is to take along. Raises NotReadyError."""
        known = await self._endpoints()
        leaving = Leaving(token_urlsafe(24), token_urlsafe(24), token_urlsafe(48))
        challenge = urlsafe_b64encode(hashlib.sha256(leaving.verifier.encode()).digest()).rstrip(b"=")
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.back,
            "scope": "openid profile",
            "state": leaving.state,
            "nonce": leaving.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        joined = "&" if "?" in known.authorization else "?"
        return f"{known.authorization}{joined}{urlencode(query)}", leaving

    async def back_with(self, query: Mapping[str, str], leaving: Leaving, now: datetime) -> SignedIn:
        """Who has signed in there. Raises InvalidCredentialError, NotAllowedError, NotReadyError."""
        known = await self._endpoints()
        if not hmac.compare_digest(query.get("state", "").encode(), leaving.state.encode()):
            raise InvalidCredentialError("this sign-in was begun elsewhere; please begin again")
        if query.get("iss", known.issuer) != known.issuer or (known.says_who and "iss" not in query):
            raise InvalidCredentialError("another provider answered than was asked; please begin again")
        if "error" in query or not query.get("code"):
            raise InvalidCredentialError("the provider did not sign you in; please begin again")
        token = await self._redeem(known, query["code"], leaving)
        claims = await self._verified(token, self.settings.client_id, now)
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), leaving.nonce.encode()):
            raise InvalidCredentialError(
                "the provider's answer belongs to another sign-in; please begin again"
            )
        if claims.get("azp", self.settings.client_id) != self.settings.client_id:
            raise InvalidCredentialError("the provider's answer is for another application")
        return self._who(claims)

    async def _redeem(self, known: Endpoints, code: str, leaving: Leaving) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": leaving.verifier,
        }
        basic = None
        if known.basic and self.settings.client_secret:
            basic = (self.settings.client_id, self.settings.client_secret)
        else:
            form["client_id"] = self.settings.client_id
            if self.settings.client_secret:
                form["client_secret"] = self.settings.client_secret
        found = (await asked(known.token, form, basic)).get("id_token")
        if not isinstance(found, str):
            raise InvalidCredentialError("the provider did not say who you are; please begin again")
        return found

    async def _verified(self, token: str, audience: str, now: datetime) -> Mapping[str, Any]:
        known = await self._endpoints()
        header, _ = peeked(token)
        rules = TokenRules(self.settings.algorithm, audience, known.issuer, self.settings.leeway, LIFETIME)
        return verified(token, await known.keys.key(header.get("kid"), now), rules, now)

    def _who(self, claims: Mapping[str, Any]) -> SignedIn:
        user = subject(claims, self.settings.user_claim)
        held = _held(claims.get(self.settings.claim), self.settings.roles)
        ours = {each.label: each for each in Role}
        levels = [ours[each] for each in held if each in ours]
        if not levels:
            raise NotAllowedError(
                f"{user} has no role here: ask whoever manages {self.settings.name} for a group that has one"
            )
        roles = frozenset(held - ours.keys())
        return SignedIn(user, display_name(claims, user), max(levels), roles, via=self.settings.name)

    async def _endpoints(self) -> Endpoints:
        tries = self._known.tries
        async with self._turn:
            if self._known.endpoints is None:
                if self._known.tries != tries:
                    raise FetchError
                self._known.tries += 1
                found = await fetch(self.settings.issuer + DISCOVERY)
                self._known.endpoints = _read(found, self.settings)
            return self._known.endpoints


def staff_provider(settings: Oidc, url: str) -> StaffProvider:
    """The provider of the settings, which sends browsers back to our public address."""
    return StaffProvider(settings, url + CALLBACK)


def _held(claim: object, roles: Mapping[str, tuple[str, ...]]) -> set[str]:
    values = claim.split() if isinstance(claim, str) else claim if isinstance(claim, list) else ()
    return {role for value in values if isinstance(value, str) for role in roles.get(value, ())}


def _read(document: Mapping[str, Any], settings: Oidc) -> Endpoints:
    issuer = document.get("issuer")
    if not isinstance(issuer, str) or issuer.rstrip("/") != settings.issuer.rstrip("/"):
        raise NotReadyError(f"{settings.issuer} says that it is another provider")
    methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Endpoints(
        issuer=issuer,
        authorization=_address(document, "authorization_endpoint"),
        token=_address(document, "token_endpoint"),
        basic=isinstance(methods, list) and "client_secret_basic" in methods,
        says_who=document.get("authorization_response_iss_parameter_supported") is True,
        keys=KeySet(_address(document, "jwks_uri"), settings.algorithm, fetch),
    )


def _address(document: Mapping[str, Any], name: str) -> str:
    found = document.get(name)
    problem = url_problem(found.partition("?")[0]) if isinstance(found, str) else "is none"
    if not isinstance(found, str) or problem:
        raise NotReadyError(f"the provider's {name} {problem}")
    return found
