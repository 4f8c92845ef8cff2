"""The site for tests: its pages on a database of its own, asked as a browser or a program asks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2 as httpx
from graph_kit import Stage
from identity_kit import URL, Desk, desk_of
from starlette.applications import Starlette

from hybrid_agent.serving.live import Feed
from hybrid_agent.serving.on_langgraph import on_langgraph
from hybrid_agent.serving.rendering.templates import read_templates
from hybrid_agent.serving.routing import Page
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web.build import build_app

NOBODY_LISTENS = "http://127.0.0.1:9"
FIELD = re.compile(r'name="csrf" value="([^"]+)"')

templates = cache(read_templates)
"""Compiled once a process: that takes a fifth of a second, and nothing changes them."""


@dataclass
class Web:
    """A site, its people, and its app."""

    desk: Desk
    site: Site
    app: Starlette

    def client(
        self, token: str | None = None, *, address: str = "192.0.2.7", **more: Any
    ) -> httpx.AsyncClient:
        """Somebody who asks: with a token, or as a browser that keeps cookies."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(self.app, client=(address, 50_000), raise_app_exceptions=False)
        base = self.desk.settings.url
        return httpx.AsyncClient(transport=transport, base_url=base, headers=headers, **more)

    async def browser(self, session: str, **more: Any) -> httpx.AsyncClient:
        """A browser that has this session of staff."""
        browser = self.client(**more)
        browser.cookies.set("ha_session", session)
        return browser


def web_of(stage: Stage, pages: Sequence[Page] = (), **settings: Any) -> Web:
    """The frame's own pages and these, with LangGraph's API out of reach."""
    desk = desk_of(stage.deployment.records, stage.clock, **settings)
    site = Site(
        deployment=stage.deployment,
        threads=on_langgraph(NOBODY_LISTENS),
        feed=Feed(stage.deployment.records),
        settings=desk.settings,
        identity=desk.identity,
        templates=templates(stage.deployment.name),
    )
    return Web(desk, site, build_app(site, pages))


def csrf_in(page: httpx.Response) -> str:
    """The token in a page's first form."""
    found = FIELD.search(page.text)
    assert found is not None, page.text
    return found[1]


async def posted(client: httpx.AsyncClient, form_at: str, to: str, **fields: str) -> httpx.Response:
    """A form of a page, filled and sent."""
    page = await client.get(form_at)
    return await client.post(to, data={"csrf": csrf_in(page), **fields}, headers={"origin": URL})
