"""Conversations as our pages have them, on a real LangGraph server: from outside and within its process."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import httpx2 as httpx
import pytest
from chat_kit import listen
from server_kit import Orders, Served
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hybrid_agent.caller import Kind
from hybrid_agent.serving.errors import (
    InvalidCredentialError,
    NoSuchThreadError,
    NotAllowedError,
    ServerUnavailableError,
    ServingError,
)
from hybrid_agent.serving.on_langgraph import NOTHING_WAITS, OnLangGraph, on_langgraph
from hybrid_agent.serving.people import Person, Role
from hybrid_agent.serving.threads import Ran

pytest_plugins = ["server_kit"]


@pytest.fixture
async def threads(served: Served) -> AsyncIterator[OnLangGraph]:
    """The server's conversations, over HTTP."""
    made = on_langgraph(served.url)
    yield made
    await made.aclose()


def customer(served: Served, customer_id: str) -> Person:
    """A customer with a token of the shop."""
    return Person(Kind.CUSTOMER, customer_id, customer_id, served.customer(customer_id))


def staff(served: Served, user: str, role: Role = Role.AGENT) -> Person:
    """A member of staff with a session."""
    return Person(Kind.STAFF, user, user, served.staff(user, role), role=role)


async def said(threads: OnLangGraph, thread: str, text: str, by: Person) -> tuple[Sequence[str], Ran]:
    """The pieces of the answer to a message, and how its run ended."""
    parts = [part async for part in threads.send(thread, text, str(uuid4()), by)]
    ran = parts.pop()
    assert isinstance(ran, Ran)
    return [str(each) for each in parts], ran


async def test_a_case(served: Served, threads: OnLangGraph, orders: Orders) -> None:
    """A customer asks, a person decides, it is done; deciding again is told that nothing waits."""
    order, customer_id = orders.take()
    asking, agent = customer(served, customer_id), staff(served, "noor")
    thread = await threads.open(asking)
    pieces, ran = await said(threads, thread, f"Cancel order {order} please", asking)
    assert "".join(pieces) == ran.output["reply"]["text"]
    assert ran.output["served"]["question"]["kind"] == "confirm"
    _, ran = await said(threads, thread, "yes", asking)
    assert ran.output["status"] == "awaiting_approval"
    assert ran.interrupts == []
    forged = {"type": "approve", "approval_id": "ap-1", "digest": "0" * 64}
    ran = await threads.decide(thread, [forged], agent)
    assert ran.notices
    shown = ran.interrupts[0]["approvals"][0]
    right = {"type": "approve", "approval_id": shown["id"], "digest": shown["digest"]}
    ran = await threads.decide(thread, [right], agent)
    assert "is cancelled" in ran.output["reply"]["text"]
    assert (await threads.decide(thread, [right], agent)).notices == (NOTHING_WAITS,)
    admin = staff(served, "ada", Role.ADMIN)
    await threads.delete(thread, admin)
    await threads.delete(thread, admin)


@pytest.mark.parametrize("thread", ["not-an-id", "../threads", "1f0d3c5e-0000-6000-8000-000000000000"])
async def test_no_such_thread(served: Served, threads: OnLangGraph, thread: str) -> None:
    """A conversation that is not there, or could not be, is said to be none."""
    with pytest.raises(NoSuchThreadError):
        await said(threads, thread, "hello", customer(served, "C-1001"))


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("another customer", NoSuchThreadError),
        ("a viewer", NotAllowedError),
        ("somebody with an old token", InvalidCredentialError),
    ],
)
async def test_not_theirs(served: Served, threads: OnLangGraph, who: str, error: type[ServingError]) -> None:
    """Our pages have no power of their own: the server refuses whoever asks through them."""
    thread = await threads.open(customer(served, "C-1001"))
    person = {
        "another customer": customer(served, "C-1002"),
        "a viewer": staff(served, "vera", Role.VIEWER),
        "somebody with an old token": Person(
            Kind.CUSTOMER, "C-1001", "", served.customer("C-1001", iat=1, exp=2)
        ),
    }[who]
    with pytest.raises(error):
        await said(threads, thread, "hello", person)


async def test_no_server(served: Served) -> None:
    """A server that is not there is said to be unavailable."""
    threads = on_langgraph("http://127.0.0.1:9")
    with pytest.raises(ServerUnavailableError):
        await threads.open(customer(served, "C-1001"))
    await threads.aclose()


async def test_a_crowd_that_waits_keeps_nobody_out() -> None:
    """Turns hold their connections while the server's queue is long; one more still gets through."""
    crowd, there, all_there = 130, 0, asyncio.Event()

    async def slow(request: Request) -> Response:
        nonlocal there
        there += 1
        if there == crowd:
            all_there.set()
        await all_there.wait()
        return JSONResponse({"thread_id": str(uuid4())})

    with socket.create_server(("127.0.0.1", 0), backlog=crowd) as listening:
        threads = on_langgraph(f"http://127.0.0.1:{listening.getsockname()[1]}")
        asking = Person(Kind.CUSTOMER, "C-1001", "C-1001", "token")
        async with listen(Starlette(routes=[Route("/threads", slow, methods=["POST"])]), listening):
            found = await asyncio.gather(*(threads.open(asking) for _ in range(crowd)))
            await threads.aclose()
    assert len(set(found)) == crowd


async def test_within(served: Served) -> None:
    """The chat page's conversations are those of the server that it is a part of."""
    headers = {"Authorization": f"Bearer {served.customer('C-1001')}"}
    async with httpx.AsyncClient(base_url=served.url, headers=headers, timeout=60) as client:
        made = (await client.post("/chat/conversations", json={})).raise_for_status().json()
        address = f"/chat/conversations/{made['id']}/messages"
        sent = {"id": str(uuid4()), "text": "Where is my order 1002?"}
        answer = (await client.post(address, json=sent)).raise_for_status()
        thread = (await client.get(f"/threads/{made['id']}")).raise_for_status().json()
    assert "1002" in answer.text
    assert [each["type"] for each in thread["values"]["messages"]] == ["human", "ai"]
    assert json.dumps(sent["text"]) in json.dumps(thread)
