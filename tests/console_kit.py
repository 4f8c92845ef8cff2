"""The console over HTTP for tests: its pages in a real server, the graph behind them in this process."""

import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any

import httpx2 as httpx
from chat_kit import SECRET, InProcess, listen
from graph_kit import Stage
from playwright.async_api import BrowserContext
from web_kit import templates

from hybrid_agent.records import approvals
from hybrid_agent.records.models import Approval
from hybrid_agent.serving.beside import beside
from hybrid_agent.serving.console.pages import PAGES
from hybrid_agent.serving.identity.identity import identity
from hybrid_agent.serving.identity.sessions import SignedIn
from hybrid_agent.serving.live import Feed
from hybrid_agent.serving.people import Role
from hybrid_agent.serving.settings import ServerSettings
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web.build import build_app

COOKIE = "ha_session"
_INPUT = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_FORM = re.compile(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)


@dataclass
class Clerk:
    """A member of staff at the console, without a browser: pages are got, their forms are sent."""

    client: httpx.AsyncClient

    async def get(self, path: str) -> httpx.Response:
        """A page."""
        return await self.client.get(path)

    async def read(self, path: str) -> str:
        """A page's HTML; it must be there."""
        answer = await self.client.get(path)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.text

    async def forms(self, path: str) -> dict[str, dict[str, str]]:
        """What the forms of a page would send, by their address, a colon, and their type if they have one."""
        found = {}
        for action, body in _FORM.findall(await self.read(path)):
            hidden = {name: unescape(value) for name, value in _INPUT.findall(body)}
            found[f"{unescape(action)}:{hidden.get('type', '')}"] = hidden
        return found

    async def send(self, address: str, hidden: Mapping[str, str], **typed: str) -> httpx.Response:
        """Send a form as the page had it, and follow to where it leads."""
        path, _, _ = address.rpartition(":")
        return await self.client.post(path, data={**hidden, **typed}, follow_redirects=True)

    async def press(self, thread: str, button: str, type: str = "", **typed: str) -> httpx.Response:
        """Open the case, fill in one of its forms, and send it."""
        here = f"/console/cases/{thread}"
        address = f"{here}/{button}:{type}"
        return await self.send(address, (await self.forms(here))[address], **typed)


@dataclass
class Console:
    """A running console."""

    url: str
    site: Site
    stage: Stage
    threads: InProcess

    async def token(self, user: str, role: Role = Role.AGENT, *roles: str) -> str:
        """The session of somebody who has signed in."""
        who = SignedIn(user, user.title(), role, frozenset(roles), "test")
        return await self.site.identity.begin(who)

    @asynccontextmanager
    async def clerk(self, user: str, role: Role = Role.AGENT) -> AsyncIterator[Clerk]:
        """Somebody who is signed in."""
        cookies = {COOKIE: await self.token(user, role)}
        async with httpx.AsyncClient(
            base_url=self.url,
            cookies=cookies,
            headers={"accept": "text/html"},
            timeout=20,
            trust_env=False,
            verify=False,
        ) as client:
            yield Clerk(client)

    async def sign_in(self, context: BrowserContext, user: str, role: Role = Role.AGENT) -> None:
        """Sign a browser in."""
        await context.add_cookies([{"name": COOKIE, "value": await self.token(user, role), "url": self.url}])

    async def approval(self, thread: str) -> Approval:
        """The last approval of a conversation, as it is stored."""
        async with self.stage.deployment.records.read() as connection:
            return (await approvals.of_thread(connection, thread))[-1]


@asynccontextmanager
async def serve_console(stage: Stage, **settings: Any) -> AsyncIterator[Console]:
    """The console on a port of its own, on this loop."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        told = ServerSettings(deployment=stage.folder / "support.yaml", secret=SECRET, url=url, **settings)
        threads = InProcess(stage)
        threads.gate.set()
        site = Site(
            deployment=stage.deployment,
            threads=threads,
            feed=Feed(stage.deployment.records, every=0.05),
            settings=told,
            identity=identity(told, stage.deployment.records, lambda: datetime.now(UTC)),
            templates=templates(stage.deployment.name),
        )
        async with beside(live_feed=site.feed.run()), listen(build_app(site, PAGES), listening):
            yield Console(url, site, stage, threads)
