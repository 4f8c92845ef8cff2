"""The sign-in page in a real browser: by keyboard, on a small screen, and what it says."""

import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from browser_kit import NARROW, Browsing, Screenshot, barriers, overflow, walk
from chat_kit import listen
from graph_kit import Clock, open_stage
from langgraph.checkpoint.memory import InMemorySaver
from playwright.async_api import expect
from web_kit import Web, web_of

from hybrid_agent import Deployment
from hybrid_agent.serving.identity.sample_accounts import enter_samples
from hybrid_agent.serving.people import Role
from hybrid_agent.serving.samples import Samples, SampleStaff, sample_password

pytest_plugins = ["browser_kit", "graph_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def web(loaded: Deployment, tmp_path: Path) -> AsyncIterator[Web]:
    """A demonstration that is served, with one member of staff."""
    stage = await open_stage(loaded, tmp_path, InMemorySaver(), clock=Clock(datetime.now(UTC)))
    samples = Samples(staff=(SampleStaff(user="noor", name="Noor Haddad", role=Role.AGENT),))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        made = web_of(stage, url=url, demo=samples)
        await enter_samples(stage.deployment.records, samples, made.desk.settings.secret, stage.clock())
        async with listen(made.app, listening):
            yield made
    await stage.aclose()


async def test_staff_sign_in_and_out_by_keyboard(
    web: Web, open_page: Browsing, screenshot: Screenshot
) -> None:
    """Wrong first, then right, then out: all of it without a mouse, on a screen 320 px wide."""
    page = await open_page(f"{web.desk.settings.url}/site/sign-in?onward=/site/sessions", viewport=NARROW)
    assert await barriers(page) == []
    assert await walk(page) == []
    assert await overflow(page) == 0
    await screenshot(page, "sign-in")
    await page.get_by_label("User name").fill("noor")
    await page.get_by_label("Password").fill("not the password")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("User name or password is wrong.")
    assert await page.get_by_label("User name").input_value() == "noor"
    open_page.watch.expected("401")
    await page.keyboard.type(sample_password("noor", web.desk.settings.secret))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    assert await barriers(page) == []
    assert await overflow(page) == 0
    await screenshot(page, "sessions")
    await page.get_by_role("button", name="Sign out", exact=True).press("Enter")
    await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    await page.goto(f"{web.desk.settings.url}/site/sessions")
    await expect(page.get_by_text("Please sign in to see this.")).to_be_visible()
    open_page.watch.expected("401")
