"""What somebody tried who meant harm: on the site, and on the server as it is served."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2 as httpx
import pytest
from graph_kit import Stage
from server_kit import Served
from web_kit import csrf_in, web_of

from hybrid_agent.dialogue.deciding.inbox import InvalidDecisionError, read_response
from hybrid_agent.records import Records
from hybrid_agent.redaction.screen import MAX_TEXT
from hybrid_agent.serving.access.auth import OPENING, SAYING
from hybrid_agent.serving.chat.pages import PAGES as CHAT
from hybrid_agent.serving.console.pages import PAGES as CONSOLE
from hybrid_agent.serving.identity.accounts import BY_BOTH
from hybrid_agent.serving.people import Role
from hybrid_agent.serving.web import bounding
from hybrid_agent.serving.web.limiting import Limited
from hybrid_agent.serving.web.limits import FAILURES, Limits, Places

pytest_plugins = ["graph_fixtures", "records_fixtures", "server_kit"]

CARD = "4111 1111 1111 1111"
NOWHERE = ("/console/cases/%00", "/console/cases/%00/edit/x", "/chat/conversations/%00/messages")
NEVER = (
    "/console?due=0001-01-01T00:00:00%2B23:59&after=x",
    "/console?due=2026-01-01T00:00:00Z&after=%00",
    "/console/decisions?until=9999-12-31",
    "/console/decisions?before=9999-12-31T23:59:59-14:00",
    "/console/search?q=a%00bc",
)


@dataclass
class Waiting:
    """An app that answers when it is told to."""

    app: Any
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, *asked: Any) -> None:
        """Wait, then answer."""
        await self.go_on.wait()
        await self.app(*asked)


async def test_nobody_claims_to_be_this_process(stage: Stage) -> None:
    """Limits hold for whoever a header makes look like the server's calls to itself."""
    transport = httpx.ASGITransport(web_of(stage).app, client=("in-process", 0))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as guesser:
        for each in range(FAILURES.burst + 2):
            last = await guesser.get("/site/sessions", headers={"authorization": f"Bearer {each}"})
    assert last.status_code == 429


async def test_all_places_of_one_address(stage: Stage) -> None:
    """An address has only so many requests under way at once, whatever token each has; others go on."""
    web = web_of(stage)
    limited = replace(web, app=Limited(Waiting(web.app), web.site, Limits(under_way=Places(2))))
    async with limited.client() as greedy, limited.client(address="192.0.2.8") as other:
        waiting = [asyncio.create_task(greedy.get("/site/sign-in")) for _ in range(3)]
        [refused], _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        limited.app.app.go_on.set()
        statuses = sorted([each.status_code for each in await asyncio.gather(*waiting)])
        later = [(await each.get("/site/sign-in")).status_code for each in (greedy, other)]
    assert (refused.result().status_code, statuses, later) == (429, [200, 200, 429], [200, 200])


async def test_slow_body(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that does not come is not waited for without an end."""
    monkeypatch.setattr(bounding, "SLOWEST", 0.05)
    never = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b'{"customer":'
        await never.wait()

    async with web_of(stage, CHAT).client() as slow:
        asked = slow.post("/chat/sample", content=body(), headers={"content-type": "application/json"})
        answer = await asyncio.wait_for(asked, 5)
    assert answer.status_code == 400


async def test_guessing_from_made_up_addresses(served: Served) -> None:
    """Passwords are guessed no longer with an X-Forwarded-For that nobody of ours has set."""
    async with httpx.AsyncClient(base_url=served.url) as guesser:
        for each in range(BY_BOTH + 1):
            guesser.headers["x-forwarded-for"] = f"198.51.100.{each}"
            token = csrf_in(await guesser.get("/site/sign-in"))
            form = {"csrf": token, "user": "nobody", "password": f"a guess, {each}"}
            last = await guesser.post("/site/sign-in", data=form)
    assert last.status_code == 429


async def test_what_no_database_takes(stage: Stage, records: Records) -> None:
    """NULs and the ends of the calendar are the mistake of who asks, on either database, and not ours."""
    web = web_of(replace(stage, deployment=replace(stage.deployment, records=records)), (*CHAT, *CONSOLE))
    staff, visitor = await web.desk.session(Role.SUPERVISOR), web.desk.identity.visitor().credential
    async with web.client(staff) as asking, web.client(visitor) as chatting:
        nowhere = [await (chatting if "chat" in path else asking).get(path) for path in NOWHERE]
        never = [await asking.get(path) for path in NEVER]
    assert {each.status_code for each in nowhere} == {404}
    assert {each.status_code for each in never} <= {400, 422}


async def test_conversation_after_conversation(served: Served) -> None:
    """A customer begins only so many, on LangGraph's API or on ours; others still begin theirs."""
    hasty, calm = served.customer("C-1191"), served.customer("C-1192")
    async with httpx.AsyncClient(base_url=served.url) as customer:
        customer.headers["authorization"] = f"Bearer {hasty}"
        for _ in range(OPENING.burst + 2):
            last = await customer.post("/threads", json={})
        ours = await customer.post("/chat/conversations")
        others = await customer.post("/chat/conversations", headers={"authorization": f"Bearer {calm}"})
    assert (last.status_code, ours.status_code, others.status_code) == (429, 429, 201)
    assert int(last.headers["retry-after"]) > 0


async def test_message_after_message(served: Served) -> None:
    """Who floods a conversation is stopped before others wait behind all that."""
    async with httpx.AsyncClient(base_url=served.url) as visitor:
        visitor.headers["authorization"] = f"Bearer {served.visitor()}"
        thread = (await visitor.post("/threads", json={})).json()["thread_id"]
        run = {"assistant_id": "support", "input": {"messages": [{"type": "human", "content": "Hello"}]}}
        made = [visitor.post(f"/threads/{thread}/runs", json=run) for _ in range(2 * SAYING.burst)]
        statuses = {answer.status_code for answer in await asyncio.gather(*made)}
    assert statuses == {200, 429}


@pytest.mark.parametrize("kind", ["approve", "reject", "respond", "take_over"])
def test_words_of_a_decision(kind: str) -> None:
    """What staff write to a program is screened as what they write on a page, and no longer."""
    written = {"type": kind, "approval_id": "A-1", "digest": "d", "message": f"a\0\x1b[31mb {CARD}"}
    [form] = read_response({"decisions": [written]}).decisions
    assert CARD not in form.message
    assert form.message.isprintable()
    for wrong in ("x" * (MAX_TEXT + 1), *(["\0 "] if kind == "respond" else [])):
        with pytest.raises(InvalidDecisionError):
            read_response({"decisions": [{**written, "message": wrong}]})
