"""Closes what LangGraph's servers open by themselves: addresses that no rule and no page of ours names."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from hybrid_agent.serving.access.routes import who_may


@dataclass(frozen=True, slots=True)
class Gate:
    """ASGI middleware around everything: 404 unless `ours` or the rules have the address.

    Development servers answer some addresses without authentication, one of which erases all conversations.
    """

    app: ASGIApp
    ours: Sequence[BaseRoute]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._is_open(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await JSONResponse({"detail": "Not Found"}, 404)(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        if any(each.matches(scope)[0] is not Match.NONE for each in self.ours):
            return True
        # A browser asks by OPTIONS whether it may ask; that is answered without looking at anything.
        return scope["type"] == "http" and (
            scope["method"] == "OPTIONS" or who_may(scope["method"], scope["path"]) is not None
        )
