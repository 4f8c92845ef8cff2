"""Counting requests by the template of their route."""

import time
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hybrid_agent.serving.observing.measures import NO_ROUTE, Measures

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


@dataclass(frozen=True, slots=True)
class CountedRequests:
    """Middleware around a whole app: a streamed answer counts when its last byte is sent."""

    app: ASGIApp
    measures: Measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, since = 500, time.perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            self.measures.answered(method, route_of(scope), status, time.perf_counter() - since)


def route_of(scope: Scope) -> str:
    """The template of the route that answered, such as `/console/cases/{thread}`: LangGraph's routes leave
    theirs as text, Starlette's as themselves."""
    route: Any = scope.get("route")
    path = route if isinstance(route, str) else getattr(route, "path", None)
    return path if isinstance(path, str) and path else NO_ROUTE
