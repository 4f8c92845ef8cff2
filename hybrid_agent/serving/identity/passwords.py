"""Passwords of local accounts: Argon2id, with the parameters that argon2-cffi recommends (RFC 9106)."""

import asyncio
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hybrid_agent.errors import HybridAgentError

SHORTEST: Final = 12
LONGEST: Final = 1_000


class WeakPasswordError(HybridAgentError):
    """A new password will not do; the text says why."""


@dataclass(frozen=True, eq=False)
class Passwords:
    """Hashes and verifies away from the event loop, few at once: each takes 64 MB for some 50 ms."""

    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def hashed(self, password: str) -> str:
        """The hash of a new password. Raises WeakPasswordError."""
        check_strength(password)
        async with self.turns:
            return await asyncio.to_thread(self.hasher.hash, password)

    async def matches(self, known: str | None, password: str) -> bool:
        """Whether it is the password that was hashed. Nobody's (None) takes as long and never matches."""
        if len(password) > LONGEST:
            return False
        async with self.turns:
            return await asyncio.to_thread(self._verify, known, password)

    def outdated(self, known: str) -> bool:
        """Whether it was hashed with other parameters than are recommended now."""
        return self.hasher.check_needs_rehash(known)

    def _verify(self, known: str | None, password: str) -> bool:
        try:
            right = self.hasher.verify(known or _nobodys(self.hasher), password)
        except (VerificationError, InvalidHashError):
            return False
        return right and known is not None


def check_strength(password: str) -> None:
    """Raises WeakPasswordError for a password that is too short, too long, or a few characters repeated."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPasswordError(f"a password has {SHORTEST} to {LONGEST} characters; a sentence will do")
    if len(set(password)) < 5:
        raise WeakPasswordError("this password repeats a few characters; a sentence will do")


@cache
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody's")
