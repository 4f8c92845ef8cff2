"""LangGraph's authentication and authorization: closed unless a rule opens it."""

from types import MappingProxyType
from typing import Any, Final

from langgraph_sdk import Auth
from starlette.exceptions import HTTPException

from hybrid_agent.caller import Kind
from hybrid_agent.records import RecordsError
from hybrid_agent.serving.access.calling import caller_of, user_of
from hybrid_agent.serving.access.rights import Allowed, right_to
from hybrid_agent.serving.access.routes import kind_of, who_may
from hybrid_agent.serving.errors import ServingError, TooManyRequestsError
from hybrid_agent.serving.identity.identity import Identity
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.web.limits import Buckets, Rate

OPENING: Final = Rate(a_minute=6, burst=100)
"""Conversations that a customer begins: each stays with us until it was kept long enough."""
SAYING: Final = Rate(a_minute=120, burst=20)
"""Runs that a customer makes: other people's wait behind them in the development server's queue."""
OFTEN: Final = MappingProxyType({("threads", "create"): OPENING, ("threads", "create_run"): SAYING})
"""How often a customer may, in a process."""


def access_to(identity: Identity) -> Auth:
    """Who may use LangGraph's API, and what for. Browsers' cookies do not count there: tokens only."""
    auth, spent = Auth(), {what: Buckets(rate) for what, rate in OFTEN.items()}

    @auth.authenticate
    async def authenticate(authorization: str | None, method: str, path: str) -> dict[str, Any]:
        person = await _person(identity, authorization)
        who = who_may(method, path)
        if who is None or not who & kind_of(person):
            raise Auth.exceptions.HTTPException(403, f"{method} {path} is not open to you")
        return user_of(person)

    @auth.on
    async def authorize(ctx: Auth.types.AuthContext, value: dict[str, Any]) -> Allowed:
        caller, what = caller_of(ctx.user), (ctx.resource, ctx.action)
        allowed = right_to(*what)(caller, value)
        if allowed and caller.kind is not Kind.STAFF and what in spent:
            _expect_few(spent[what], ctx.user.identity)
        return allowed

    return auth


def _expect_few(spent: Buckets, identity: str) -> None:
    """Raises HTTPException 429 for whoever does it more often than a person would."""
    try:
        spent.spend(identity)
    except TooManyRequestsError as error:
        raise HTTPException(error.status, error.message, {"Retry-After": str(error.after)}) from None


async def _person(identity: Identity, authorization: str | None) -> Person:
    """Raises HTTPException 401 where nobody known asks, 503 where that cannot be found out."""
    try:
        person = await identity.person_of(authorization)
    except ServingError as error:
        if error.status < 500:
            raise Auth.exceptions.HTTPException(401, error.message) from None
        raise HTTPException(error.status, error.message, {"Retry-After": str(error.after)}) from None
    except RecordsError as error:
        raise HTTPException(503, "Who you are cannot be looked up now.", {"Retry-After": "5"}) from error
    if person is None:
        raise Auth.exceptions.HTTPException(401, "Send a token: Authorization: Bearer ...")
    return person
