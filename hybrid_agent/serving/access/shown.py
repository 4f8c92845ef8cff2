"""The middleware that shows customers only what `access.showing` lets them see of LangGraph's answers."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hybrid_agent.caller import Kind
from hybrid_agent.serving.access import showing
from hybrid_agent.serving.access.calling import caller_of

BETWEEN: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r")
"""What ends a server-sent event."""


@dataclass(frozen=True, slots=True)
class Shown:
    """ASGI middleware around LangGraph's API. Staff, who may reach an address at all, see what it answers."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/threads"):
            send = _Answer(scope, send).send
        await self.app(scope, receive, send)


@dataclass(slots=True)
class _Answer:
    """One answer on its way out; `kept` is what of it is not whole yet."""

    scope: Scope
    out: Send
    kept: bytes = b""
    streamed: bool = False
    changed: bool = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._begin(message)
            await self.out(message)
        elif self.changed and message["type"] == "http.response.body":
            body, more = message.get("body", b""), message.get("more_body", False)
            shown = self._events(body) if self.streamed else self._document(body, more=more)
            await self.out({"type": "http.response.body", "body": shown, "more_body": more})
        else:
            await self.out(message)

    def _begin(self, message: Message) -> None:
        """Whether the answer is changed is known once whoever asked is."""
        user, headers = self.scope.get("user"), MutableHeaders(scope=message)
        self.changed = message["status"] < 300 and user is not None and caller_of(user).kind is not Kind.STAFF
        self.streamed = headers.get("content-type", "").startswith("text/event-stream")
        if self.changed and "content-length" in headers:
            del headers["content-length"]

    def _document(self, body: bytes, *, more: bool) -> bytes:
        """JSON is shown when it is whole; white space before it keeps the connection alive."""
        if more and not body.strip():
            return body
        self.kept += body
        if more or not self.kept.strip():
            return b""
        return _json(showing.view_of(self.scope["path"])(json.loads(self.kept)))

    def _events(self, body: bytes) -> bytes:
        """The events that are whole, each as it is shown."""
        *whole, self.kept = BETWEEN.split(self.kept + body)
        return b"".join(_event(each) for each in whole)


def _event(raw: bytes) -> bytes:
    """A server-sent event as it is shown; nothing of one that is not for customers."""
    lines = raw.splitlines()
    name = next((line[6:].strip().decode() for line in lines if line.startswith(b"event:")), "")
    data = b"\n".join(line[5:].strip() for line in lines if line.startswith(b"data:"))
    if not name:
        return b"".join(line + b"\r\n" for line in lines if line.startswith(b":")) + b"\r\n"
    if name == "end":
        return raw + b"\r\n\r\n"
    shown = showing.event(name, json.loads(data)) if data else None
    if shown is None:
        return b""
    marks = [line for line in lines if line.startswith(b"id:")]
    return b"\r\n".join([b"event: " + name.encode(), b"data: " + _json(shown), *marks, b"", b""])


def _json(data: Any) -> bytes:
    return json.dumps(data, separators=(",", ":")).encode()
