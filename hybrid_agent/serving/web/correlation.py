"""One id for what a request causes: answers have it, logs name it, LangGraph's API takes it over."""

import re
from contextvars import ContextVar
from typing import Final
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "x-request-id"
GIVEN: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")

_current: ContextVar[str] = ContextVar("hybrid_agent_request", default="")


def request_id() -> str:
    """The id of the request that is answered now; empty outside of one."""
    return _current.get()


class Correlated:
    """Middleware around a whole app: takes the id that a proxy gave, or gives one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the id in the header `X-Request-ID`."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        known = given if GIVEN.fullmatch(given) else uuid4().hex
        others = [each for each in scope["headers"] if each[0] != HEADER.encode()]
        # In place: whatever is around this reads from it which route answered.
        scope["headers"] = [*others, (HEADER.encode(), known.encode())]

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = known
            await send(message)

        token = _current.set(known)
        try:
            await self.app(scope, receive, sending)
        finally:
            _current.reset(token)
