"""Every page that people see, for everybody: without a mouse, on a narrow screen, in the dark, read aloud.

The pages are those that the site declares: a new one is tried without a line here.
"""

from typing import Any, Literal

import pytest
import pytest_asyncio
from browser_kit import NARROW, Browsing, Screenshot, barriers, overflow, walk
from server_kit import Orders, Served, client_for

from hybrid_agent.serving.chat.pages import PAGES as CHAT
from hybrid_agent.serving.console.pages import PAGES as CONSOLE
from hybrid_agent.serving.people import Role
from hybrid_agent.serving.routing import Access, Page
from hybrid_agent.serving.web.cookies import SESSION
from hybrid_agent.serving.web.pages import PAGES as FRAME

pytest_plugins = ["browser_kit", "server_kit"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

LEADS_ELSEWHERE = {"/site/sign-in/provider", "/site/sign-in/back"}
"""Addresses that browsers pass through on their way to the identity provider and back."""


def is_shown(page: Page) -> bool:
    """Whether people see it: no answer for programs, no stream, no file."""
    served_to_programs = page.json or page.streams or page.path.endswith(("/live", "{name:path}", ".js"))
    return page.method == "GET" and not served_to_programs and page.path not in LEADS_ELSEWHERE


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SHOWN = [each for each in (*CHAT, *CONSOLE, *FRAME) if is_shown(each)]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def waiting(served: Served, orders: Orders) -> dict[str, str]:
    """A conversation in which a person has to decide, by the names that paths have for its parts."""
    order, customer_id = orders.take()
    async with client_for(served, served.customer(customer_id)) as customer:
        thread: str = (await customer.threads.create())["thread_id"]
        for text in (f"Cancel order {order} please", "yes"):
            words = {"messages": [{"type": "human", "content": text}]}
            await customer.runs.wait(thread, "support", input=words)
    async with client_for(served, served.staff("noor")) as agent:
        state: Any = await agent.threads.get_state(thread)
    (paused,) = [each for task in state["tasks"] for each in task["interrupts"]]
    return {"thread": thread, "approval": paused["value"]["approvals"][0]["id"]}


@pytest.mark.parametrize("page", SHOWN, ids=lambda page: page.path)
async def test_every_page_is_for_everybody(
    page: Page, served: Served, waiting: dict[str, str], open_page: Browsing, screenshot: Screenshot
) -> None:
    """No barrier that axe knows in light and in dark, all within 320 pixels, and all of it by keyboard."""
    url = served.url + page.path.format(**waiting)
    session = {"name": SESSION, "value": served.staff("ruth", Role.ADMIN), "url": served.url}
    tab = await open_page(viewport=NARROW)
    if page.access is not Access.EVERYBODY:
        await tab.context.add_cookies([session])
    answer = await tab.goto(url)
    assert answer is not None and answer.status == 200
    assert await walk(tab) == []
    grounds = set()
    for scheme in SCHEMES:
        await tab.emulate_media(color_scheme=scheme)
        await screenshot(tab, f"{page.path.strip('/').replace('/', '-')}-{scheme}")
        assert (await barriers(tab), await overflow(tab)) == ([], 0)
        grounds.add(await tab.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2, "it is not dark in the dark"
