"""The auth and the app of `hybrid_agent.server` in the forms that Aegra takes.

Aegra tells its authentication the headers alone, keeps runs as they were sent, and gives a thread to nobody
but whoever made it. So a request passes the door first, which knows the rest.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aegra_api.core.database import db_manager
from fastapi import FastAPI
from langgraph_sdk import Auth
from starlette.middleware import Middleware

from hybrid_agent import server
from hybrid_agent.checkpoints import knowing_our_types
from hybrid_agent.serving.access.calling import caller_of
from hybrid_agent.serving.access.rights import Allowed, right_to
from on_aegra.door import Door, known_user
from on_aegra.runs import as_langgraph

auth = Auth()


@auth.authenticate
async def authenticate(headers: Mapping[str, str]) -> dict[str, Any]:
    """Whoever the door let in."""
    return known_user()


@auth.on
async def authorize(ctx: Auth.types.AuthContext, value: dict[str, Any]) -> Allowed:
    """The rights of LangGraph Server; what a run is made with was looked at and rewritten at the door."""
    if ctx.resource == "assistants" and ctx.action == "read" and "graph_id" not in value:
        return True  # asked within the making of each run; the door closes the address itself to customers
    if (ctx.resource, ctx.action) == ("threads", "create_run"):
        value = as_langgraph(value, value["thread_id"])
    elif value.get("metadata") is None:
        value["metadata"] = {}
    return right_to(ctx.resource, ctx.action)(caller_of(ctx.user), value)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Between Aegra's own beginning and end."""
    db_manager._checkpointer = knowing_our_types(db_manager.get_checkpointer())  # type: ignore[assignment]
    async with server.app.router.lifespan_context(server.app):
        yield


app = FastAPI(
    lifespan=lifespan,
    routes=server.app.routes,
    middleware=[*server.app.user_middleware, Middleware(Door)],
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
)
"""Our routes before Aegra's and our middleware around both, as on LangGraph Server."""
