"""Bodies that are too large are refused before they are read or as soon as they show, slow ones in time."""

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web.refusing import refused

LARGEST = 1_000_000
"""Bytes of a body anywhere; pages of ours take less."""

SLOWEST = 60.0
"""Seconds in which a body must have come."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """Middleware around a whole app, LangGraph's API included."""

    app: ASGIApp
    site: Site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 to a body that says that it is too large, and as soon as one turns out to be.

        The app within sees the client go then; what it makes of that is nobody's any more.
        """
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answered = False

        async def refuse(error: HTTPException) -> None:
            nonlocal answered
            if not answered:
                answered = True
                await refused(Request(scope), self.site, None, None, error)(scope, receive, send)

        async def sending(message: Message) -> None:
            if not over:
                nonlocal answered
                answered = True
                await send(message)

        over = False

        async def bounded() -> Message:
            nonlocal over
            try:
                return await within()
            except HTTPException as error:
                over = True
                await refuse(error)
                return {"type": "http.disconnect"}

        try:
            within = bounded_receive(scope, receive, LARGEST)
        except HTTPException as error:
            await refuse(error)
            return
        try:
            await self.app(scope, bounded, sending)
        except Exception:
            if not over:
                raise


def bounded_receive(scope: Scope, receive: Receive, most: int) -> Receive:
    """Receives at most `most` bytes of a body, in time. Raises HTTPException 413, also later while receiving,
    and then 400 for a body that does not come."""
    said = Headers(scope=scope).get("content-length", "")
    if said.isdecimal() and int(said) > most:
        raise HTTPException(413)
    received, until, whole = 0, 0.0, False

    async def bounded() -> Message:
        nonlocal received, until, whole
        until = until or asyncio.get_running_loop().time() + SLOWEST
        try:
            async with asyncio.timeout_at(None if whole else until):
                message = await receive()
        except TimeoutError:
            raise HTTPException(400, "The request did not come in time.") from None
        received += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if received > most:
            raise HTTPException(413, f"A request has at most {most:,} bytes here.")
        return message

    return bounded
