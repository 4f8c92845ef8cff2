"""LangGraph's authentication and authorization: closed unless a rule opens it."""

from typing import Any

from langgraph_sdk import Auth
from starlette.exceptions import HTTPException

from hybrid_agent.records import RecordsError
from hybrid_agent.serving.access.calling import caller_of, user_of
from hybrid_agent.serving.access.rights import Allowed, right_to
from hybrid_agent.serving.access.routes import kind_of, who_may
from hybrid_agent.serving.errors import ServingError
from hybrid_agent.serving.identity.identity import Identity
from hybrid_agent.serving.people import Person


def access_to(identity: Identity) -> Auth:
    """Who may use LangGraph's API, and what for. Browsers' cookies do not count there: tokens only."""
    auth = Auth()

    @auth.authenticate
    async def authenticate(authorization: str | None, method: str, path: str) -> dict[str, Any]:
        person = await _person(identity, authorization)
        who = who_may(method, path)
        if who is None or not who & kind_of(person):
            raise Auth.exceptions.HTTPException(403, f"{method} {path} is not open to you")
        return user_of(person)

    @auth.on
    async def authorize(ctx: Auth.types.AuthContext, value: dict[str, Any]) -> Allowed:
        return right_to(ctx.resource, ctx.action)(caller_of(ctx.user), value)

    return auth


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
