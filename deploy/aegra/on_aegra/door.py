"""The door before Aegra's API: who asks, for which address, and what a run is made with."""

import json
import re
from contextvars import ContextVar
from typing import Any

from aegra_api.core.orm import Thread, _get_session_maker
from langgraph_sdk import Auth
from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hybrid_agent import server
from hybrid_agent.caller import Kind
from hybrid_agent.serving.access.calling import caller_of
from hybrid_agent.serving.access.door import check_run
from on_aegra.runs import as_langgraph, as_sent

MOST = 1_000_000
"""Bytes of a body."""

_THREAD = re.compile(r"^/threads/([0-9a-f-]{36})(/|$)")
_RUN = re.compile(r"^/threads/([0-9a-f-]{36})/runs(?:/stream|/wait)?$")
_user: ContextVar[dict[str, Any] | None] = ContextVar("user", default=None)


def known_user() -> dict[str, Any]:
    """Whoever sent the request that is being served. Raises HTTPException 401 outside of one."""
    user = _user.get()
    if user is None:
        raise Auth.exceptions.HTTPException(401, "Send a token: Authorization: Bearer ...")
    return user


class Door:
    """ASGI middleware: authenticates by our rules, and sends on runs only as they may be kept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_ours(scope):
            await self.app(scope, receive, send)
            return
        try:
            user = await _authenticated(scope)
            passed = await _passed(scope, receive, user)
        except (HTTPException, Auth.exceptions.HTTPException) as refused:
            await JSONResponse({"detail": refused.detail}, refused.status_code)(scope, receive, send)
            return

        async def known(message: Message) -> None:
            scope["user"] = user  # for what is around the door; Aegra puts an object of its own there
            await send(message)

        token = _user.set(user)
        try:
            await self.app(scope, passed, known)
        finally:
            _user.reset(token)


def _is_ours(scope: Scope) -> bool:
    return any(each.matches(scope)[0] is not Match.NONE for each in server.app.routes)


async def _authenticated(scope: Scope) -> dict[str, Any]:
    """Whoever asks, in the name of the thread's owner where staff do: Aegra shows threads to owners alone.

    What staff may is not in that name: the graph and the rights read the caller, who is the person that asks.
    """
    headers = Request(scope).headers
    user = await server.auth._authenticate_handler(
        authorization=headers.get("authorization"), method=scope["method"], path=scope["path"]
    )
    named = _THREAD.match(scope["path"])
    if caller_of(user).kind is Kind.STAFF and named:
        async with _get_session_maker()() as session:
            owner = await session.scalar(select(Thread.user_id).where(Thread.thread_id == named[1]))
        return {**user, "identity": owner or user["identity"]}
    return dict(user)


async def _passed(scope: Scope, receive: Receive, user: dict[str, Any]) -> Receive:
    """The request's body, bounded; that of a run is checked and rewritten."""
    if scope["method"] not in ("POST", "PUT", "PATCH"):
        return receive
    body = await _body(scope, receive)
    run = _RUN.match(scope["path"])
    if run:
        asked = as_langgraph(_parsed(body), run[1])
        check_run(caller_of(user), asked)
        body = json.dumps(as_sent(asked)).encode()
    scope["headers"] = [
        *(each for each in scope["headers"] if each[0] != b"content-length"),
        (b"content-length", str(len(body)).encode()),
    ]
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _body(scope: Scope, receive: Receive) -> bytes:
    read = bytearray()
    async for chunk in Request(scope, receive).stream():
        read += chunk
        if len(read) > MOST:
            raise HTTPException(413, f"a body has at most {MOST} bytes")
    return bytes(read)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise HTTPException(422, "a run is a JSON object")
    return parsed
