"""Public keys of a token's issuer, fetched from where it publishes them (JWKS, RFC 7517)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import jwt

from hybrid_agent.serving.errors import InvalidCredentialError, NotReadyError
from hybrid_agent.serving.identity.fetching import Fetch, FetchError
from hybrid_agent.serving.settings import Algorithm

FRESH: Final = timedelta(hours=1)
"""How long fetched keys are used without looking for new ones."""
BETWEEN: Final = timedelta(seconds=30)
"""At least so long between two fetches: whoever sends tokens with made-up key ids causes no more of them."""
OFFLINE: Final = timedelta(hours=24)
"""How long fetched keys are used while their address does not answer."""


@dataclass(slots=True)
class _Fetched:
    keys: Mapping[str | None, jwt.PyJWK]
    at: datetime | None = None
    tried: datetime | None = None


@dataclass(frozen=True, eq=False)
class KeySet:
    """The keys at an address that sign with one algorithm; others in the set are not looked at."""

    url: str
    algorithm: Algorithm
    fetch: Fetch
    _has: _Fetched = field(default_factory=lambda: _Fetched({}))
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def key(self, kid: object, now: datetime) -> jwt.PyJWK:
        """The key of this id. Keys are fetched when there are none, when they are old, and when the id is
        not among them, for issuers change their keys.

        Raises InvalidCredentialError for an id that is not there, NotReadyError without any keys.
        """
        if not isinstance(kid, str | None):
            raise InvalidCredentialError("the token's 'kid' is no id of a key")
        if self._due(kid, now):
            async with self._turn:
                if self._due(kid, now):
                    await self._refresh(now)
        if self._has.at is None or now - self._has.at > OFFLINE:
            raise NotReadyError(
                "who signed this token cannot be checked just now: its keys cannot be fetched"
            )
        found = self._chosen(kid)
        if found is None:
            raise InvalidCredentialError("the token is signed with a key that its issuer does not publish")
        return found

    def _chosen(self, kid: str | None) -> jwt.PyJWK | None:
        keys = self._has.keys
        return next(iter(keys.values())) if kid is None and len(keys) == 1 else keys.get(kid)

    def _due(self, kid: str | None, now: datetime) -> bool:
        wanted = self._has.at is None or now - self._has.at > FRESH or self._chosen(kid) is None
        return wanted and (self._has.tried is None or now - self._has.tried > BETWEEN)

    async def _refresh(self, now: datetime) -> None:
        self._has.tried = now
        try:
            document = await self.fetch(self.url)
        except FetchError:
            return
        self._has.keys, self._has.at = _usable(document, self.algorithm), now


def _usable(document: Mapping[str, object], algorithm: Algorithm) -> Mapping[str | None, jwt.PyJWK]:
    listed = document.get("keys")
    usable = dict[str | None, jwt.PyJWK]()
    for each in listed if isinstance(listed, list) else ():
        if not isinstance(each, dict) or each.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK.from_dict(each)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if key.algorithm_name == algorithm:
            usable[key.key_id] = key
    return usable
