"""The console in a real browser: deciding, racing, what is live, the keyboard, narrow and dark pages."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from browser_kit import NARROW, Browsing, Screenshot, barriers, overflow, walk
from console_kit import Console, serve_console
from graph_kit import REFUND, open_stage
from langgraph.checkpoint.memory import InMemorySaver
from playwright.async_api import Page, Route, expect

from hybrid_agent import Deployment
from hybrid_agent.serving.people import Role

pytest_plugins = ["browser_kit", "graph_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> \u202etxet"
Enter = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def console(loaded: Deployment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Console]:
    """A console with a refund that waits in conversation t, and a hand-off in h."""
    stage = await open_stage(loaded, tmp_path_factory.mktemp("console"), InMemorySaver())
    await stage.say(HOSTILE)
    await stage.say(REFUND)
    await stage.say("I want to talk to a person", "h")
    async with serve_console(stage) as serving:
        yield serving
    await stage.aclose()


@pytest.fixture
def enter(console: Console, open_page: Browsing) -> Enter:
    """Opens a page of the console as somebody of the staff, in a browser of their own."""

    async def entered(path: str, user: str = "alex", role: Role = Role.AGENT, **options: object) -> Page:
        page = await open_page(**options)
        await console.sign_in(page.context, user, role)
        await page.goto(console.url + path)
        return page

    return entered


async def test_an_agent_changes_the_amount_and_it_is_paid(
    console: Console, enter: Enter, open_page: Browsing
) -> None:
    """From the inbox to the form to the outcome, with a problem on the way that is said beside its field."""
    page = await enter("/console")
    await page.get_by_role("link", name="Refund €104.40 for order 1003").click()
    await page.get_by_role("link", name="Change…").click()
    amount = page.get_by_label("Amount", exact=True)
    await amount.fill("20.555")
    await page.get_by_role("button", name="Approve with these changes").click()
    await expect(amount).to_have_accessible_description("20.555 has more decimals than EUR has")
    open_page.watch.expected("422")
    await amount.fill("20.50")
    await page.get_by_role("button", name="Approve with these changes").click()
    await expect(page.get_by_role("status").filter(has_text="alex approved with changes")).to_be_visible()
    assert [paid for paid, _ in console.stage.refunds()] == [2050]


async def test_the_preview_of_a_rejection_is_what_is_typed(enter: Enter, console: Console) -> None:
    """While the reason is typed the page shows what the customer will read, as text."""
    page = await enter("/console/cases/t")
    await page.get_by_text("Reject…").click()
    await page.get_by_label("The reason, which the customer reads").fill("<b>No</b> receipt.")
    await expect(page.get_by_text("The reason: <b>No</b> receipt.")).to_be_visible()
    await page.get_by_role("button", name="Reject and tell the customer").click()
    await expect(page.get_by_role("status").filter(has_text="alex rejected")).to_be_visible()
    await expect(page.get_by_role("log")).to_contain_text("The reason: <b>No</b> receipt.")


async def test_two_agents_decide_and_the_slower_one_is_told(
    console: Console, enter: Enter, open_page: Browsing
) -> None:
    """The slower one's page says that the case has changed; deciding all the same is answered, not done."""
    alex, mia = await enter("/console/cases/t"), await enter("/console/cases/t", "mia")
    await alex.get_by_role("button", name="Approve").click()
    await expect(alex.get_by_role("status").filter(has_text="alex approved")).to_be_visible()
    await expect(mia.get_by_role("alert")).to_have_text("This case has changed. Show how it stands now")
    await mia.get_by_role("button", name="Approve").click()
    await expect(mia.get_by_role("alert").filter(has_text="was approved by alex")).to_be_visible()
    await mia.go_back()
    await expect(mia.get_by_role("heading", name="Nothing waits for a decision")).to_be_visible()
    assert len(console.stage.refunds()) == 1


async def test_a_person_takes_over_writes_and_gives_back(console: Console, enter: Enter) -> None:
    """What a colleague and the customer say appears by itself; a double click sends once."""
    alex, vera = await enter("/console/cases/h"), await enter("/console/cases/h", "vera", Role.VIEWER)
    await alex.get_by_role("button", name="Take over").click()
    await expect(alex.get_by_text("You have the conversation.")).to_be_visible()
    await alex.get_by_label("Write to the customer").fill("Hello, I am Alex.")
    await alex.get_by_role("button", name="Send").dblclick()
    await expect(alex.get_by_text("Your message was sent.")).to_be_visible()
    await expect(vera.get_by_role("log")).to_contain_text("Hello, I am Alex.")
    await console.stage.say(HOSTILE, "h")
    for page in (alex, vera):
        await expect(page.get_by_role("log")).to_contain_text("<script>alert(2)</script>")
        assert await page.get_by_role("log").get_by_text("Hello, I am Alex.").count() == 1
    await alex.get_by_role("group", name="Did you have enough context?").get_by_label("yes").check()
    await alex.get_by_role("button", name="Enter the answers").click()
    await expect(alex.get_by_text("Thank you; your answers are entered.")).to_be_visible()
    await alex.get_by_role("button", name="Give back to the bot").click()
    await expect(alex.get_by_text("The bot has the conversation again.")).to_be_visible()


async def test_what_is_typed_stays_while_the_page_lives(console: Console, enter: Enter) -> None:
    """A message that comes in while an agent types touches neither their words nor their focus."""
    page = await enter("/console/cases/h")
    text = page.get_by_label("Write to the customer")
    await text.fill("Half a sen")
    await console.stage.say("are you there?", "h")
    await expect(page.get_by_role("log")).to_contain_text("are you there?")
    await expect(text).to_be_focused()
    await expect(text).to_have_value("Half a sen")


async def test_the_inbox_counts_what_is_new_and_moves_nothing(console: Console, enter: Enter) -> None:
    """A new case is counted, one that is decided is struck out, and the rows stay where they are."""
    page = await enter("/console")
    rows = page.locator("[data-case]")
    before = await rows.evaluate_all("all => all.map(each => each.dataset.case)")
    await console.stage.say("I want to talk to a person", "n")
    await expect(page.get_by_role("link", name="Show 1 new")).to_be_visible()
    await expect(page).to_have_title("1 new · (3) Inbox")
    async with console.clerk("mia") as mia:
        await mia.press("t", "decide", "reject", message="No.")
    await expect(page.locator("[data-case=t]")).to_have_class("gone")
    assert await rows.evaluate_all("all => all.map(each => each.dataset.case)") == before
    await page.get_by_role("link", name="Show 1 new").click()
    await expect(rows).to_have_count(2)


async def test_an_inbox_whose_stream_was_refused_lives_again(console: Console, open_page: Browsing) -> None:
    """A proxy that answers 503 while the server begins anew does not leave the page dead for ever."""
    page = await open_page()
    refused = asyncio.Event()

    async def once(route: Route) -> None:
        await (route.continue_() if refused.is_set() else route.fulfill(status=503))
        refused.set()

    await page.route("**/console/live", once)
    await console.sign_in(page.context, "alex")
    await page.goto(console.url + "/console")
    await expect(page.get_by_text("Not live just now; trying again.")).to_be_visible()
    await expect(page.get_by_text("Not live just now; trying again.")).to_be_hidden()
    await console.stage.say("I want to talk to a person", "n")
    await expect(page.get_by_role("link", name="Show 1 new")).to_be_visible()
    open_page.watch.expected("503")


async def test_without_scripts_a_case_is_decided_all_the_same(console: Console, enter: Enter) -> None:
    """Only what is live needs JavaScript."""
    page = await enter("/console/cases/t", java_script_enabled=False)
    await page.get_by_role("button", name="Approve").click()
    await expect(page.get_by_role("status").filter(has_text="alex approved")).to_be_visible()


async def test_a_case_and_its_form_are_for_everybody(
    console: Console, enter: Enter, open_page: Browsing, screenshot: Screenshot
) -> None:
    """All unfolded, dark and 320 pixels wide: no barriers, no scrolling sideways, all of it by keyboard."""
    page = await enter("/console/cases/t", viewport=NARROW, color_scheme="dark")
    await page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    assert await walk(page) == []
    await _expect_no_barriers(page)
    await screenshot(page, "console-case-dark")
    await page.goto(f"{page.url}/edit/{(await console.approval('t')).id}")
    assert await walk(page) == []
    await page.get_by_label("Amount: currency").fill("EURO")
    await page.get_by_role("button", name="Approve with these changes").click()
    await expect(page.get_by_role("alert")).to_contain_text("Some values cannot be used.")
    open_page.watch.expected("422")
    await _expect_no_barriers(page)
    await screenshot(page, "console-edit-dark")


async def _expect_no_barriers(page: Page) -> None:
    assert await barriers(page) == []
    assert await overflow(page) == 0
