"""The chat on a shop's page, with the snippet of the documentation, on another origin."""

import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from browser_kit import Browsing, Screenshot, barriers
from chat_kit import SHOP_SECRET, Chat, listen, serve_chat
from graph_kit import AGENT, open_stage
from langgraph.checkpoint.memory import InMemorySaver
from playwright.async_api import FrameLocator, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from hybrid_agent import Deployment, voice

pytest_plugins = ["browser_kit", "graph_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

GUIDE = (Path(__file__).parents[1] / "docs" / "chat.md").read_text("utf-8")
[SNIPPET] = re.findall(r"```html\n(.*?)```", GUIDE, re.DOTALL)
[TOKENS] = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)


@asynccontextmanager
async def shops(loaded: Deployment, folder: Path, *, allowed: bool = True) -> AsyncIterator[tuple[Chat, str]]:
    """A shop on an origin of its own, and the chat that it embeds."""
    stage = await open_stage(loaded, folder, InMemorySaver())

    async def front(request: Request) -> Response:
        head = "<!doctype html><html lang=en><title>Shop</title><link rel=icon href=data:,>"
        html = f"{head}<main><h1>Shop</h1></main>{snippet}</html>"
        return HTMLResponse(
            html, headers={"Content-Security-Policy": f"style-src 'none'; frame-src {chat.url}"}
        )

    async def token(request: Request) -> Response:
        return PlainTextResponse(chat.token())

    with socket.create_server(("127.0.0.1", 0)) as listening:
        shop = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = Starlette(routes=[Route("/", front), Route("/support-token", token, methods=["POST"])])
        async with serve_chat(stage, embedded_by=(shop,) if allowed else ()) as chat, listen(app, listening):
            snippet = SNIPPET.replace("https://support.example.com", chat.url)
            yield chat, shop
    await stage.aclose()


async def in_shop(open_page: Browsing, chat: Chat, shop: str) -> tuple[Page, FrameLocator]:
    page = await open_page(viewport={"width": 900, "height": 760})
    await page.context.clock.set_system_time(chat.stage.clock())
    await page.goto(shop)
    return page, page.frame_locator("#hybrid-agent-chat")


async def test_the_snippet_of_the_guide_works(
    loaded: Deployment, tmp_path: Path, open_page: Browsing, screenshot: Screenshot
) -> None:
    """A signed-in customer chats on the shop's page, closes it by key, and is told of news then."""
    async with shops(loaded, tmp_path) as (chat, shop):
        page, frame = await in_shop(open_page, chat, shop)
        button = page.get_by_role("button", name="Help")
        await button.click()
        await expect(frame.get_by_label("Your message")).to_be_focused()
        await frame.get_by_label("Your message").fill("where is my order 1001?")
        await page.keyboard.press("Enter")
        await expect(frame.locator(".message.bot[aria-busy=false] .text")).to_contain_text("1001")
        await screenshot(page, "chat-embedded")
        await page.keyboard.press("Escape")
        await expect(button).to_have_attribute("aria-expanded", "false")
        await expect(button).to_be_focused()
        await voice.say(chat.stage.deployment, await chat.conversation(), "Hello", AGENT, mark="m")
        await expect(page.get_by_role("button", name="Help (2 new)")).to_be_visible()
        assert await barriers(page) == []
        await page.close()


async def test_a_token_that_ended_is_fetched_anew(
    loaded: Deployment, tmp_path: Path, open_page: Browsing
) -> None:
    """The page is asked again when its customer's token has expired, and the conversation goes on."""
    async with shops(loaded, tmp_path) as (chat, shop):
        page, frame = await in_shop(open_page, chat, shop)
        await page.get_by_role("button", name="Help").click()
        for place, text in enumerate(("where is my order 1001?", "How long do I have to return something?")):
            await frame.get_by_label("Your message").fill(text)
            await page.keyboard.press("Enter")
            await expect(frame.locator(".message.bot")).to_have_count(place + 1)
            chat.stage.clock.turn(hours=2)
        open_page.watch.expected("401")
        await expect(frame.locator(".message.customer")).to_have_count(2)
        await page.close()


async def test_only_named_origins_embed_the_chat(
    loaded: Deployment, tmp_path: Path, open_page: Browsing
) -> None:
    """A page of an origin that the settings do not name gets no chat, and no chat asks it for a token."""
    async with shops(loaded, tmp_path, allowed=False) as (chat, shop):
        page, frame = await in_shop(open_page, chat, shop)
        await page.get_by_role("button", name="Help").click()
        await page.wait_for_timeout(200)
        assert await frame.locator("#text").count() == 0
        open_page.watch.expected("frame-ancestors")
        await page.close()


async def test_the_guides_token_signs_a_customer_in(loaded: Deployment, tmp_path: Path) -> None:
    """The function of the guide makes tokens that the chat takes."""
    names: dict[str, Any] = {}
    exec(TOKENS, names)
    stage = await open_stage(loaded, tmp_path, InMemorySaver())
    stage.clock.now = datetime.now(UTC)
    async with (
        serve_chat(stage) as chat,
        chat.client(names["support_token"]("C-1001", SHOP_SECRET)) as client,
    ):
        assert (await client.get("/chat/conversations")).status_code == 200
    await stage.aclose()
