"""Nobody gets onto a page that is not for them: every page of the whole site, every wrong caller.

What is expected follows from each page's `Access` alone. A page of a new kind of access, and a route that is
no page, fail here.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest_asyncio
from graph_kit import Stage
from identity_kit import SHOP_SECRET
from starlette.routing import Route
from web_kit import Web, web_of

from hybrid_agent.records import messages
from hybrid_agent.serving.chat.pages import PAGES as CHAT
from hybrid_agent.serving.console.pages import PAGES as CONSOLE
from hybrid_agent.serving.live import Feed
from hybrid_agent.serving.observing.observation import observe
from hybrid_agent.serving.observing.pages import observing_pages
from hybrid_agent.serving.people import Role
from hybrid_agent.serving.routing import Access, Page
from hybrid_agent.serving.settings.observing import Observing

pytest_plugins = ["graph_fixtures"]

THREAD = "00000000-0000-4000-8000-000000000001"
CUSTOMERS = frozenset({"the owner", "another customer", "a visitor"})
STAFF: Mapping[Role, str] = {each: each.label for each in Role}
NOT_KNOWN = frozenset({"nobody", "expired", "tampered", "unsigned", "signed by another", "an ended session"})
MAY: Mapping[Access, frozenset[str]] = {
    Access.EVERYBODY: NOT_KNOWN | CUSTOMERS | frozenset(STAFF.values()),
    Access.VISITOR: CUSTOMERS,
    **{
        access: frozenset(label for role, label in STAFF.items() if role >= access.value)
        for access in (Access.VIEWER, Access.AGENT, Access.SUPERVISOR, Access.ADMIN)
    },
}
"""Who may call pages of each access: written down here a second time, on purpose."""


@pytest_asyncio.fixture
async def web(stage: Stage) -> AsyncIterator[Web]:
    """The whole site as it is served, with a conversation of one customer."""
    observation = observe(Observing(), stage.deployment, Feed(stage.deployment.records), {})
    made = web_of(stage, (*CHAT, *CONSOLE, *observing_pages(observation)))
    async with stage.deployment.records.write() as tx:
        await messages.open_conversation(
            tx, THREAD, owner="C-1001", customer_id="C-1001", now=made.desk.clock()
        )
    yield made
    await observation.aclose()


async def tokens(web: Web) -> dict[str, str | None]:
    """What each caller comes with."""
    desk = web.desk
    good, past = desk.token(), desk.clock() - timedelta(hours=3)
    found: dict[str, str | None] = {
        "nobody": None,
        "expired": desk.token(iat=past, exp=past + timedelta(hours=1)),
        "tampered": f"{good[:-4]}AAAA",
        "unsigned": good.rpartition(".")[0] + ".",
        "signed by another": desk.token(SHOP_SECRET[::-1]),
        "an ended session": "ha-session." + "A" * 43,
        "the owner": good,
        "another customer": desk.token(sub="C-1002"),
        "a visitor": desk.identity.visitor().credential,
    }
    for role, label in STAFF.items():
        found[label] = await desk.session(role, label)
    return found


async def status_of(web: Web, page: Page, token: str | None) -> int:
    """The status that a request is answered with; a stream is left when it has begun."""
    path = re.sub(r"{(\w+)(:\w+)?}", lambda each: THREAD if each[1] in ("id", "thread") else "x", page.path)
    headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
    statuses: asyncio.Queue[int] = asyncio.Queue()
    sent = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if sent.is_set():
            await asyncio.Event().wait()
        sent.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.put_nowait(message["status"])

    scope = {
        "type": "http",
        "method": page.method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [*headers, (b"host", b"127.0.0.1:2024")],
        "client": ("192.0.2.7", 1),
        "server": ("127.0.0.1", 2024),
        "scheme": "http",
        "root_path": "",
        "http_version": "1.1",
    }
    answering = asyncio.create_task(web.app.router(scope, receive, send))
    try:
        return await asyncio.wait_for(statuses.get(), 20)
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)


async def test_every_page_is_for_whom_it_says(web: Web) -> None:
    """Whoever is not known is answered 401, whoever may not 403, and whoever may is let in."""
    wrong = []
    for page in web.app.state.pages:
        for caller, token in (await tokens(web)).items():
            status = await status_of(web, page, token)
            if caller in MAY[page.access]:
                right = status not in (401, 403) or page.access is Access.EVERYBODY
            else:
                right = status == (401 if caller in NOT_KNOWN else 403)
            if not right:
                wrong.append(f"{page.method} {page.path} as {caller}: {status}")
    assert wrong == []


async def test_nobody_reads_another_s_conversation(web: Web) -> None:
    """A conversation of somebody else is as if there were none: 404 on every page of the chat."""
    callers = await tokens(web)
    its_own = [each for each in web.app.state.pages if each.access is Access.VISITOR and "{id}" in each.path]
    assert its_own
    for page in its_own:
        for caller in CUSTOMERS - {"the owner"}:
            status = await status_of(web, page, callers[caller])
            assert status == 404 or (page.reads is not None and status in (400, 422)), (page.path, caller)


def test_every_route_is_a_page(web: Web) -> None:
    """There is no other way onto the site: each route's paths and methods are declared."""
    declared = {each.path for each in web.app.state.pages}
    for route in web.app.routes:
        assert isinstance(route, Route)
        assert route.path in declared


def test_every_kind_of_access_is_expected(web: Web) -> None:
    """A new kind of access must say here who has it."""
    assert set(MAY) == set(Access)
    assert {each.access for each in web.app.state.pages} <= set(MAY)


async def test_pages_that_change_something_are_posts(web: Web) -> None:
    """Every page is a GET or a POST: what is not safe is checked for where it came from."""
    assert {each.method for each in web.app.state.pages} == {"GET", "POST"}
