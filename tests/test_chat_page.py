"""The chat page in a real browser: what a customer sees, and that nothing of it is lost, doubled or run."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from browser_kit import NARROW, Browsing, Screenshot, barriers, overflow, walk
from chat_kit import Chat, serve_chat
from graph_kit import AGENT, REFUND, open_stage
from langgraph.checkpoint.memory import InMemorySaver
from playwright.async_api import Page, expect

from hybrid_agent import Deployment, voice
from hybrid_agent.records import accounts, messages
from hybrid_agent.records.models import By, Said
from hybrid_agent.records.staff import Account
from hybrid_agent.serving.people import Person

pytest_plugins = ["browser_kit", "graph_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

ORDER = "where is my order 1001?"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> {{7*7}} \u202etxet"


@dataclass
class Visiting:
    """A visitor of this test's own, and pages opened as they."""

    chat: Chat
    open_page: Browsing
    person: Person

    async def __call__(self, token: str | None = None, **options: Any) -> Page:
        """The chat page with the visitor's token or another one, with the shop's clock."""
        return await self.at(f"{self.chat.url}/chat#token={token or self.person.credential}", **options)

    async def at(self, address: str, **options: Any) -> Page:
        """A page at this address."""
        page = await self.open_page(**options)
        await page.context.clock.set_system_time(self.chat.stage.clock())
        await page.goto(address)
        return page

    async def thread(self) -> str:
        """The visitor's conversation."""
        return await self.chat.conversation(self.person.id)

    def sent(self) -> list[str]:
        """What LangGraph's API was given of this page, in order."""
        return [text for person, text in self.chat.threads.sent if person == self.person.id]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chat(loaded: Deployment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chat]:
    """One site for these tests; each has a visitor of its own."""
    stage = await open_stage(loaded, tmp_path_factory.mktemp("chat"), InMemorySaver())
    async with serve_chat(stage) as serving:
        yield serving
    await stage.aclose()


@pytest.fixture
def enter(chat: Chat, open_page: Browsing) -> Visiting:
    """Opens the chat page as somebody new."""
    return Visiting(chat, open_page, chat.site.identity.visitor())


async def say(page: Page, text: str) -> None:
    """Type and send, as people do."""
    await page.get_by_label("Your message").fill(text)
    await page.keyboard.press("Enter")


def words(page: Page, by: str) -> object:
    """The texts of one side."""
    return page.locator(f".message.{by} .text")


async def test_a_customer_is_served(chat: Chat, enter: Visiting, screenshot: Screenshot) -> None:
    """Sources are links, what is pending has its time; 320 px and a keyboard suffice; the end is in sight."""
    page = await enter(chat.token(), viewport={"width": 360, "height": 640})
    await say(page, ORDER)
    link = page.locator(".message.bot .sources a").first
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    assert (await link.get_attribute("href") or "").startswith("https://")
    await say(page, REFUND)
    await expect(page.locator("#pending")).to_contain_text("A colleague decides by")
    await expect(page.locator("#speaker")).to_contain_text("which is a bot")
    await screenshot(page, "chat")
    assert await barriers(page) == []
    await page.get_by_role("heading", name=chat.stage.deployment.name).click()
    assert await walk(page) == []
    await page.set_viewport_size(NARROW)
    assert await overflow(page) == 0
    assert await page.locator("#log").evaluate("e => e.scrollHeight - e.scrollTop - e.clientHeight") < 1
    await screenshot(page, "chat-narrow")


async def test_questions_are_answered_with_a_tap(chat: Chat, enter: Visiting) -> None:
    """A question's options are buttons; the one that is tapped is the answer, and they go."""
    page = await enter(chat.token("C-1044"))
    await say(page, "Cancel order 1007 please")
    await page.get_by_role("button", name="Yes", exact=True).click()
    await expect(page.locator("#pending")).to_contain_text("1007")
    await expect(words(page, "customer")).to_have_text(["Cancel order 1007 please", "Yes"])
    await expect(page.locator("#options")).to_be_hidden()


async def test_taps_outlive_a_late_transcript(chat: Chat, enter: Visiting) -> None:
    """A turn that ends before the transcript tells its message: what can be tapped stays, and is answered."""
    page = await enter.at("about:blank")
    await page.route("**/events*", lambda route: route.abort())
    await page.goto(f"{chat.url}/chat#token={chat.token('C-1166')}")
    await say(page, "Cancel order 1008 please")
    await expect(page.get_by_role("button", name="Yes", exact=True)).to_be_visible()
    await page.unroute("**/events*")
    await expect(words(page, "bot")).to_have_count(1)
    await expect(page.locator(".message.customer[aria-busy=false]")).to_have_count(1)
    await expect(page.get_by_role("button", name="Yes", exact=True)).to_be_visible()
    enter.open_page.watch.expected("ERR_FAILED")


async def test_whatever_anybody_writes_is_text(chat: Chat, enter: Visiting) -> None:
    """Markup in words, in a person's name and in an article's title is shown as it was typed."""
    page = await enter()
    await say(page, HOSTILE)
    await expect(words(page, "bot")).to_have_count(1)
    thread, now = await enter.thread(), chat.stage.clock()
    async with chat.stage.deployment.records.write() as tx:
        cited = [{"number": 1, "title": HOSTILE, "url": "javascript:alert(3)"}]
        said = Said(mark="other:0", by=By.BOT, text=HOSTILE, at=now, citations=cited)
        await messages.add(tx, thread, [said])
        account = Account(user=AGENT.id, name=HOSTILE, password="", role="agent", created=now)
        await accounts.add(tx, account)
    await voice.say(chat.stage.deployment, thread, HOSTILE, AGENT, mark="m")
    await expect(words(page, "person")).to_have_count(1)
    for place in (".customer .text", ".bot .text", ".person .text", ".person .name", ".sources"):
        assert "<img src=x onerror=alert(1)>" in await page.locator(place).last.inner_text()
    await expect(page.locator("#speaker")).to_contain_text("<img")
    assert await page.locator("#log img, #log script, .sources a[href^=javascript]").count() == 0


async def test_neither_cookies_nor_storage_are_needed(chat: Chat, open_page: Browsing) -> None:
    """Where the browser lets the page keep nothing, a visitor is served all the same."""
    page = await open_page()
    await page.context.clock.set_system_time(chat.stage.clock())
    blocked = "{get() { throw new DOMException('blocked', 'SecurityError'); }}"
    await page.add_init_script(f"Object.defineProperty(window, 'sessionStorage', {blocked})")
    await page.goto(f"{chat.url}/chat")
    await say(page, ORDER)
    await expect(words(page, "bot")).to_contain_text("sign in")
    assert await page.context.cookies() == []


async def test_a_second_message_waits_for_the_first(chat: Chat, enter: Visiting) -> None:
    """Who texts twice sees the second message wait; both are answered once, in order."""
    chat.threads.gate.clear()
    page = await enter()
    await say(page, ORDER)
    await say(page, "How long do I have to return something?")
    await expect(page.locator(".message.customer .state").last).to_contain_text("Waits")
    chat.threads.gate.set()
    await expect(words(page, "bot")).to_have_count(2)
    await expect(page.locator(".state")).to_have_count(0)
    order = await page.locator(".message").evaluate_all("all => all.map(each => each.classList[1])")
    assert sorted(order) == ["bot", "bot", "customer", "customer"]
    assert enter.sent() == [ORDER, "How long do I have to return something?"]


async def test_a_message_that_failed_is_kept_and_sent_again(chat: Chat, enter: Visiting) -> None:
    """It stays with a button to send it again, under the same id, and is then heard once."""
    chat.threads.down = True
    page = await enter()
    await say(page, ORDER)
    again = page.get_by_role("button", name="Send again")
    await expect(again).to_be_visible()
    chat.threads.down = False
    await again.click()
    await expect(words(page, "bot")).to_have_count(1)
    await expect(again).to_have_count(0)
    await expect(words(page, "customer")).to_have_count(1)


async def test_what_was_said_meanwhile_comes_when_the_connection_does(
    chat: Chat, enter: Visiting, open_page: Browsing
) -> None:
    """A page that lost its connection says so, and has everything once when it is back."""
    page = await enter()
    await say(page, ORDER)
    await expect(words(page, "bot")).to_have_count(1)
    await page.context.set_offline(True)
    await expect(page.locator("#offline")).to_be_visible()
    thread = await enter.thread()
    for number in (1, 2):
        await voice.say(chat.stage.deployment, thread, f"while away {number}", AGENT, mark=f"m{number}")
    await page.context.set_offline(False)
    await expect(words(page, "person")).to_have_text(["while away 1", "while away 2"])
    await expect(page.locator("#offline")).to_be_hidden()
    await expect(words(page, "customer")).to_have_count(1)


async def test_two_tabs_show_one_conversation(chat: Chat, enter: Visiting) -> None:
    """What is said in one tab is in the other, each thing once."""
    first, second = await enter(), None
    await say(first, ORDER)
    await expect(words(first, "bot")).to_have_count(1)
    second = await enter()
    await expect(words(second, "bot")).to_have_count(1)
    await say(second, "How long do I have to return something?")
    await expect(words(first, "bot")).to_have_count(2)
    await expect(words(first, "customer")).to_have_count(2)


async def test_going_back_to_the_chat_posts_nothing_again(chat: Chat, enter: Visiting) -> None:
    """A visitor who leaves the page and comes back has the conversation as it was."""
    page = await enter.at(f"{chat.url}/chat")
    await say(page, ORDER)
    await expect(words(page, "bot")).to_have_count(1)
    before = len(chat.threads.sent)
    await page.goto("about:blank")
    await page.go_back()
    await expect(words(page, "bot")).to_have_count(1)
    await page.reload()
    await expect(words(page, "customer")).to_have_text([ORDER])
    assert len(chat.threads.sent) == before


async def test_a_person_who_writes_meanwhile_is_the_one_voice(chat: Chat, enter: Visiting) -> None:
    """The bot's reply is not said; the page shows who speaks, and asks how it was when they leave."""
    page = await enter()
    await say(page, ORDER)
    await expect(words(page, "bot")).to_have_count(1)
    chat.threads.gate.clear()
    await say(page, "and order 1002?")
    thread = await enter.thread()
    await voice.say(chat.stage.deployment, thread, "I am looking into it.", AGENT, mark="m")
    await expect(page.locator("#speaker")).to_contain_text("a person")
    chat.threads.gate.set()
    await expect(words(page, "customer")).to_have_count(2)
    await expect(page.locator(".state")).to_have_count(0)
    await expect(words(page, "bot")).to_have_count(1)
    await voice.release(chat.stage.deployment, thread, AGENT)
    await expect(page.get_by_role("heading", name="How did we do?")).to_be_visible()


async def test_a_chat_that_ends_is_rated(chat: Chat, enter: Visiting, screenshot: Screenshot) -> None:
    """After "End chat" the customer rates it, and may begin another one."""
    page = await enter(viewport=NARROW)
    await say(page, ORDER)
    await expect(words(page, "bot")).to_have_count(1)
    await page.get_by_role("button", name="End chat").click()
    await page.get_by_label("4", exact=True).check()
    await screenshot(page, "chat-rating")
    assert await barriers(page) == []
    await page.get_by_role("button", name="Send rating").click()
    await expect(page.locator("#thanks")).to_be_visible()
    happened = await chat.stage.happened(await enter.thread())
    rated = [each.event.data for each in happened if each.event.kind == "rated"]
    assert rated == [{"score": 4, "comment": ""}]
    await page.get_by_role("button", name="Start a new chat").click()
    await expect(page.locator(".message")).to_have_count(0)


async def test_who_is_signed_out_reads_what_to_do(chat: Chat, enter: Visiting) -> None:
    """Where a token has ended and no page gives another, the words that were typed stay."""
    page = await enter(chat.token("C-1006"))
    await expect(page.get_by_label("Your message")).to_be_visible()
    chat.stage.clock.turn(hours=2)
    await say(page, ORDER)
    await expect(page.locator(".message.customer")).to_contain_text(ORDER)
    await expect(page.locator(".message.customer .failed")).to_contain_text("open the chat again")
    enter.open_page.watch.expected("401")


async def test_a_demonstration_lets_one_choose_who_to_be(
    chat: Chat, enter: Visiting, screenshot: Screenshot
) -> None:
    """Without a token the page offers the sample customers, and is theirs then."""
    async with serve_chat(chat.stage, demo=True) as demo:
        page = await enter.at(f"{demo.url}/chat", viewport=NARROW)
        await screenshot(page, "chat-samples")
        assert await barriers(page) == []
        await page.get_by_role("button", name="Start the chat").click()
        await say(page, "where is my order 1033?")
        await expect(words(page, "bot")).to_contain_text("1033")
        await page.close()
