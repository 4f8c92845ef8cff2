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
    settings: ServerSettings
    customers: Customers | None
    provider: StaffProvider | None
    accounts: Accounts | None

    @property
    def times(self) -> Times:
        """How long staff stay signed in."""
        return Times(self.settings.idle, self.settings.session)

    async def person_of(
        self, authorization: str | None, cookie: str | None = None, *, used: bool = True
    ) -> Person | None:
        """Who sends a request with this Authorization header, or else this session cookie; None: nobody said.

        What a page asks by itself, while nobody uses it, keeps nobody signed in: it is not `used`.
        Raises InvalidCredentialError for what does not count, NotReadyError where that cannot be checked now.
        """
        if authorization:
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != SCHEME or not token.strip():
                raise InvalidCredentialError(
                    "the Authorization header must be: Bearer, a space, and the token"
                )
            return await self._bearer(token.strip(), used=used)
        if cookie and cookie.startswith(sessions.PREFIX):
            return await self._session(cookie, Proof.COOKIE, used=used)
        return None

    def visitor(self) -> Person:
        """Somebody new, whose `credential` is a token of ours that says so.

        Raises InvalidCredentialError where the settings want customers signed in.
        """
        if not self.settings.anonymous:
            raise InvalidCredentialError("please sign in at the shop first")
        now, secret = self.clock(), self.settings.secret
        return visitors.visitor_of(visitors.visitor_token(secret, now, self.settings.visit), secret, now)

    async def begin(self, who: SignedIn) -> str:
        """Begin a session of staff; its token is the value of the cookie."""
        return await sessions.begin(self.records, who, self.times, self.clock())

    async def _session(self, token: str, proof: Proof, *, used: bool) -> Person:
        return await sessions.person_of(self.records, token, self.times, self.clock(), proof, used=used)

    async def _bearer(self, token: str, *, used: bool) -> Person:
        now = self.clock()
        if token.startswith(sessions.PREFIX):
            return await self._session(token, Proof.BEARER, used=used)
        if token.startswith(visitors.PREFIX):
            return visitors.visitor_of(token, self.settings.secret, now)
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
        settings=settings,
        customers=customers(settings.customers) if settings.customers else None,
        provider=staff_provider(settings.oidc, settings.url) if settings.oidc else None,
        accounts=Accounts(records, Passwords()) if settings.accounts else None,
    )
