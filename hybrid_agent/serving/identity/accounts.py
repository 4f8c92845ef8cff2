"""Signing in with a local account: slowed down where somebody guesses, and silent about who has one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hybrid_agent.records import Records, accounts, attempts
from hybrid_agent.records.staff import Account
from hybrid_agent.serving.errors import InvalidCredentialError, TooManyRequestsError
from hybrid_agent.serving.identity.passwords import Passwords
from hybrid_agent.serving.identity.sessions import SignedIn
from hybrid_agent.serving.people import Role

WINDOW: Final = timedelta(minutes=15)
BY_BOTH: Final = 5
"""Failures of one user name from one address within the window; so nobody locks out somebody elsewhere."""
BY_USER: Final = 50
BY_ADDRESS: Final = 30

LONGEST_USER: Final = 200


@dataclass(frozen=True, eq=False)
class Accounts:
    """The local accounts in the records."""

    records: Records
    passwords: Passwords

    async def sign_in(self, user: str, password: str, address: str, now: datetime) -> SignedIn:
        """Who this is. Raises InvalidCredentialError, or TooManyRequestsError after too many failures."""
        user = user.strip()[:LONGEST_USER]
        both = f"both {user} {address}"
        most = {both: BY_BOTH, f"user {user}": BY_USER, f"address {address}": BY_ADDRESS}
        async with self.records.write() as tx:
            oldest = await attempts.begin(tx, most, now=now, since=now - WINDOW)
            found = await accounts.get(tx, user)
        if oldest is not None:
            after = max(1, round((oldest + WINDOW - now).total_seconds()))
            raise TooManyRequestsError("Too many failed sign-ins. Please wait and try again.", after=after)
        usable = found is not None and found.disabled is None
        if (
            not await self.passwords.matches(found.password if found and usable else None, password)
            or not found
        ):
            raise InvalidCredentialError("User name or password is wrong.")
        await self._welcome(found, password, both)
        return SignedIn(found.user, found.name, Role[found.role.upper()], found.roles, via="password")

    async def _welcome(self, account: Account, password: str, both: str) -> None:
        outdated = self.passwords.outdated(account.password)
        hashed = await self.passwords.hashed(password) if outdated else None
        async with self.records.write() as tx:
            await attempts.forget(tx, both)
            if hashed:
                await accounts.rehash(tx, account.user, was=account.password, password=hashed)
