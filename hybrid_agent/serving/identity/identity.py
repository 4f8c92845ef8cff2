"""One answer to the question who sends a request, for our pages and for LangGraph's API alike."""

from dataclasses import dataclass
from typing import Final

from hybrid_agent.deployment import Clock
from hybrid_agent.records import Records
from hybrid_agent.serving.errors import InvalidCredentialError
from hybrid_agent.serving.identity import sessions, visitors
from hybrid_agent.serving.identity.accounts import Accounts
from hybrid_agent.serving.identity.customers import Customers, customers
from hybrid_agent.serving.identity.passwords import Passwords
from hybrid_agent.serving.identity.provider import StaffProvider, staff_provider
from hybrid_agent.serving.identity.sessions import SignedIn, Times
from hybrid_agent.serving.identity.tokens import peeked
from hybrid_agent.serving.people import Person, Proof
from hybrid_agent.serving.settings import ServerSettings

SCHEME: Final = "bearer"


@dataclass(frozen=True, eq=False)
class Identity:
    """Knows people by what their requests come with. `customers`, `provider` and `accounts` are None where
    the settings have none."""

    records: Records
    clock: Clock
    secret: str
    times: Times
    settings: ServerSettings
    customers: Customers | None
    provider: StaffProvider | None
    accounts: Accounts | None

    async def person_of(self, authorization: str | None, cookie: str | None = None) -> Person | None:
        """Who sends a request with this Authorization header, or else this session cookie; None: nobody said.

        Raises InvalidCredentialError for what does not count, NotReadyError where that cannot be checked now.
        """
        if authorization:
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != SCHEME or not token.strip():
                raise InvalidCredentialError(
                    "the Authorization header must be: Bearer, a space, and the token"
                )
            return await self._bearer(token.strip())
        if cookie and cookie.startswith(sessions.PREFIX):
            return await sessions.person_of(self.records, cookie, self.times, self.clock(), Proof.COOKIE)
        return None

    def visitor(self) -> Person:
        """Somebody new, whose `credential` is a token of ours that says so.

        Raises InvalidCredentialError where the settings want customers signed in.
        """
        if not self.settings.anonymous:
            raise InvalidCredentialError("please sign in at the shop first")
        now = self.clock()
        return visitors.visitor_of(
            visitors.visitor_token(self.secret, now, self.settings.visit), self.secret, now
        )

    async def begin(self, who: SignedIn) -> str:
        """Begin a session of staff; its token is the value of the cookie."""
        return await sessions.begin(self.records, who, self.times, self.clock())

    async def _bearer(self, token: str) -> Person:
        now = self.clock()
        if token.startswith(sessions.PREFIX):
            return await sessions.person_of(self.records, token, self.times, now, Proof.BEARER)
        if token.startswith(visitors.PREFIX):
            return visitors.visitor_of(token, self.secret, now)
        _, claims = peeked(token)
        if self.provider is not None and self.provider.issued(claims):
            return await self.provider.person(token, now)
        if self.customers is None:
            raise InvalidCredentialError("this server takes no such tokens")
        return await self.customers.person(token, now)


def identity(settings: ServerSettings, records: Records, clock: Clock) -> Identity:
    """How the settings say that people are known."""
    return Identity(
        records=records,
        clock=clock,
        secret=settings.secret,
        times=Times(settings.idle, settings.session),
        settings=settings,
        customers=customers(settings.customers) if settings.customers else None,
        provider=staff_provider(settings.oidc, settings.url) if settings.oidc else None,
        accounts=Accounts(records, Passwords()) if settings.accounts else None,
    )
