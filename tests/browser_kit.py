"""A real browser for tests: name this module in `pytest_plugins` and use the fixture `open_page`.

Playwright belongs to the event loop that it was started on, so a test module with browser tests says
`pytestmark = pytest.mark.asyncio(loop_scope="session")`. Everything that a page does wrong fails its test at
the end: errors on its console, exceptions, what its CSP refused, dialogs, and requests to other machines.
"""

import shutil
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Dialog, Page, async_playwright

HERE = {"127.0.0.1", "localhost", "[::1]"}
NO_OTHER_MACHINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
NARROW = {"width": 320, "height": 640}

_TELL_OF_REFUSALS = """
addEventListener("securitypolicyviolation", event =>
    console.error(`CSP refused ${event.blockedURI} by ${event.effectiveDirective}: ${event.sample}`));
"""
_FOCUSED = """() => {
    const at = document.activeElement;
    if (!at || at === document.body) return window.walkedLast = null;
    const drawn = getComputedStyle(at), box = at.getBoundingClientRect();
    const name = at.getAttribute("aria-label") || at.innerText || at.name || at.id || "?";
    return {
        name: `${at.tagName.toLowerCase()} ${name.trim().split("\\n")[0]}`,
        ringed: drawn.outlineStyle !== "none" && parseFloat(drawn.outlineWidth) >= 1
            || drawn.boxShadow !== "none",
        seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
        inside: window.walkedLast === at || !(window.walkedLast = at),
        again: at.dataset.walked === "yes" || !(at.dataset.walked = "yes"),
    };
}"""
_OPERABLE = """() => [...document.querySelectorAll(
        "a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex='-1'])")]
    .filter(each => !each.disabled && each.type !== "hidden" && each.checkVisibility()
        && !(each.type === "radio" && each.name))
    .filter(each => each.dataset.walked !== "yes").map(each => each.outerHTML.slice(0, 120))"""


@dataclass
class Watch:
    """What a browser complained of, one line each. A test that provokes one removes it with `expected`."""

    complaints: list[str] = field(default_factory=list)

    def expected(self, *parts: str) -> None:
        """Forget the complaints that hold one of these words, at least one each."""
        for part in parts:
            assert any(part in each for each in self.complaints), (part, self.complaints)
        self.complaints[:] = [each for each in self.complaints if not any(part in each for part in parts)]

    async def dialog(self, dialog: Dialog) -> None:
        """A box that a page put before its reader; it is closed."""
        self.complaints.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def over(self, context: BrowserContext) -> None:
        """Listen to all pages of this context."""
        context.on("console", lambda each: each.type == "error" and self.complaints.append(each.text))
        context.on("weberror", lambda each: self.complaints.append(f"exception: {each.error}"))
        context.on("dialog", self.dialog)
        context.on("request", lambda each: self._asked(each.url))

    def _asked(self, url: str) -> None:
        if urlsplit(url).scheme in {"http", "https", "ws", "wss"} and urlsplit(url).hostname not in HERE:
            self.complaints.append(f"asked another machine: {url}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of this session; they are skipped where none is installed."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("there is no `chromium` on this machine: apt-get install chromium")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=found, args=[NO_OTHER_MACHINE])
        yield chromium
        await chromium.close()


@dataclass
class Browsing:
    """A test's own browser: each call opens a page with cookies of its own."""

    browser: Browser
    watch: Watch = field(default_factory=Watch)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def __call__(self, url: str = "about:blank", **options: Any) -> Page:
        """A page at this address, for somebody new; `options` are those of Playwright's contexts."""
        context = await self.browser.new_context(**{"locale": "en-GB", "reduced_motion": "reduce", **options})
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        self.watch.over(context)
        await context.add_init_script(_TELL_OF_REFUSALS)
        page = await context.new_page()
        await page.goto(url)
        return page


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser) -> AsyncIterator[Browsing]:
    """Opens pages, closes them at the end, and fails the test for what they did wrong."""
    browsing = Browsing(browser)
    yield browsing
    for context in browsing.contexts:
        await context.close()
    assert browsing.watch.complaints == []


Screenshot = Callable[[Page, str], Awaitable[None]]


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Screenshot:
    """Keeps a picture of a whole page under a name, in the folder of pytest's `--screenshots`."""
    folder: str | None = request.config.getoption("--screenshots")

    async def keep(page: Page, name: str) -> None:
        if folder is not None:
            await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return keep


async def barriers(page: Page) -> list[str]:
    """What axe-core finds wrong with the page for people who see, hear or move otherwise, a line each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        from axe_playwright_python.async_playwright import Axe

    found = (await Axe().run(page)).response["violations"]
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]


async def walk(page: Page, *, most: int = 200) -> list[str]:
    """Go through the page with the Tab key; what a person without a mouse would miss, a line each."""
    wrong, ends = [], 0
    for _ in range(most):
        await page.keyboard.press("Tab")
        at = await page.evaluate(_FOCUSED)
        ends += at is None
        if ends == 2 or (at is not None and at["again"] and not at["inside"]):
            break
        if at is None or at["inside"]:
            continue  # past the end, its beginning may still be to come; or within a field of several parts
        if not at["ringed"]:
            wrong.append(f"focus cannot be seen on {at['name']}")
        if not at["seen"]:
            wrong.append(f"focus is off the screen on {at['name']}")
    return wrong + [f"cannot be reached: {each}" for each in await page.evaluate(_OPERABLE)]


async def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(
        await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )
