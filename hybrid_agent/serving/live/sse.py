"""Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import StreamingResponse

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it lives, and whether its reader may still read is asked."""

RECONNECT_MS = 2_000
BEAT = b": still here\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True, slots=True)
class Sent:
    """One event of a stream; `id` is what the reader names when it comes again, the last one it had."""

    event: str
    data: Any = None
    id: int | None = None

    @property
    def encoded(self) -> bytes:
        """Its lines. JSON has no line breaks of its own, so the data is one line."""
        told = "" if self.id is None else f"id: {self.id}\n"
        return f"{told}event: {self.event}\ndata: {json.dumps(self.data)}\n\n".encode()


AGAIN = Sent("again")
"""Come again, with the id of the last event: the stream ends here."""

FORBIDDEN = Sent("forbidden")
"""Who reads may not any more: a token or a session has ended."""


async def always() -> bool:
    """For streams that end by themselves."""
    return True


def event_stream(
    source: AsyncGenerator[Sent, None],
    *,
    allowed: Callable[[], Awaitable[bool]] = always,
    heartbeat: float = HEARTBEAT,
) -> StreamingResponse:
    """The source's events as they come. `allowed` is asked every `heartbeat` seconds: no ends the stream."""
    lines = _lines(source, allowed, heartbeat)
    return StreamingResponse(lines, media_type="text/event-stream", headers=HEADERS)


def last_event_id(request: Request) -> int | None:
    """The id of the last event that the reader had, if it says so and it is one."""
    told = request.headers.get("last-event-id", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else None


async def _lines(
    source: AsyncGenerator[Sent, None], allowed: Callable[[], Awaitable[bool]], heartbeat: float
) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    yield f"retry: {RECONNECT_MS}\n\n".encode()
    asked, coming = loop.time(), _next(source)
    try:
        while True:
            await asyncio.wait({coming}, timeout=heartbeat)
            if loop.time() - asked >= heartbeat:
                if not await allowed():
                    yield FORBIDDEN.encoded
                    return
                asked = loop.time()
            if not coming.done():
                yield BEAT
                continue
            if (sent := coming.result()) is None:
                return
            yield sent.encoded
            coming = _next(source)
    finally:
        if coming.done():
            await source.aclose()
        else:
            coming.cancel()


def _next(source: AsyncGenerator[Sent, None]) -> "asyncio.Task[Sent | None]":
    """The next event, or None at the end: a task, so that waiting for it can be interrupted."""

    async def following() -> Sent | None:
        return await anext(source, None)

    return asyncio.create_task(following())
