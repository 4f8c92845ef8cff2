"""A shop's chat over HTTP for tests: the pages in a real server, the graph behind them in this process."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2 as httpx
import jwt
import uvicorn
from graph_kit import Stage
from starlette.applications import Starlette
from web_kit import templates

from hybrid_agent.records import messages
from hybrid_agent.serving.beside import beside
from hybrid_agent.serving.chat.pages import PAGES
from hybrid_agent.serving.errors import ServerUnavailableError
from hybrid_agent.serving.identity.identity import identity
from hybrid_agent.serving.live import Feed
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.samples import SampleCustomer, Samples
from hybrid_agent.serving.settings import Algorithm, CustomerTokens, ServerSettings
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.threads import Ran
from hybrid_agent.serving.web.build import build_app
from hybrid_agent.session import Turn

SECRET = "s" * 40
SHOP_SECRET = "t" * 40
AUDIENCE = "support"
SAMPLE = "C-1134"
"""The customer of a demonstration."""


@dataclass
class InProcess:
    """LangGraph's API as the pages use it, by the graph itself. `gate` holds runs up, `down` refuses them."""

    stage: Stage
    down: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    sent: list[tuple[str, str]] = field(default_factory=list)

    async def open(self, person: Person) -> str:
        return str(uuid4())

    async def send(self, thread: str, text: str, message_id: str, person: Person) -> AsyncIterator[str | Ran]:
        if self.down:
            raise ServerUnavailableError("LangGraph's API cannot be reached.")
        self.sent.append((person.id, text))
        await self.gate.wait()
        async for part in self.stage.session.stream(thread, text, person.caller, message_id=message_id):
            yield _ran(part) if isinstance(part, Turn) else part

    async def decide(self, thread: str, decisions: Sequence[Mapping[str, Any]], person: Person) -> Ran:
        if self.down:
            raise ServerUnavailableError("LangGraph's API cannot be reached.")
        return _ran(await self.stage.session.decide(thread, decisions, person.caller))


def _ran(turn: Turn) -> Ran:
    output = {
        "reply": turn.reply.model_dump(mode="json") if turn.reply else None,
        "status": turn.status.value,
        "served": turn.served.model_dump(mode="json"),
    }
    return Ran(output, [{"approvals": list(turn.approvals)}] if turn.approvals else [], list(turn.notices))


@dataclass
class Chat:
    """A running site: its address, what it is made of, and tokens for whoever is to call it."""

    url: str
    site: Site
    stage: Stage
    threads: InProcess

    def token(self, customer: str = "C-1001", **claims: Any) -> str:
        """What the embedding shop would give this customer."""
        now = self.stage.clock()
        values = {"sub": customer, "aud": AUDIENCE, "iat": now, "exp": now + timedelta(hours=1), **claims}
        return jwt.encode(values, SHOP_SECRET, algorithm="HS256")

    async def conversation(self, customer: str = "C-1001") -> str:
        """The id of the customer's latest conversation."""
        async with self.stage.deployment.records.read() as connection:
            return (await messages.of_owner(connection, customer, limit=1))[0].thread

    def client(self, token: str | None) -> httpx.AsyncClient:
        """A program that calls the site with a token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=10, trust_env=False)

    def address(self, customer: str = "C-1001", **claims: Any) -> str:
        """The chat page for a customer."""
        return f"{self.url}/chat#token={self.token(customer, **claims)}"


@asynccontextmanager
async def serve_chat(
    stage: Stage, *, embedded_by: tuple[str, ...] = (), demo: bool = False
) -> AsyncIterator[Chat]:
    """The chat on a port of its own, on this loop."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings = ServerSettings(
            deployment=stage.folder / "support.yaml",
            secret=SECRET,
            url=url,
            customers=CustomerTokens(Algorithm.HS256, AUDIENCE, secret=SHOP_SECRET),
            embedded_by=embedded_by,
            demo=Samples(customers=(SampleCustomer(id=SAMPLE, about="has orders"),)) if demo else None,
        )
        threads = InProcess(stage)
        threads.gate.set()
        site = Site(
            deployment=stage.deployment,
            threads=threads,
            feed=Feed(stage.deployment.records, every=0.05),
            settings=settings,
            identity=identity(settings, stage.deployment.records, stage.clock),
            templates=templates(stage.deployment.name),
        )
        async with beside(live_feed=site.feed.run()), listen(build_app(site, PAGES), listening):
            yield Chat(url, site, stage, threads)


@asynccontextmanager
async def listen(app: Starlette, listening: socket.socket) -> AsyncIterator[None]:
    """An app served on a socket, on this loop, until the end."""
    config = uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1, ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await serving


Told = tuple[str, Any, int | None]
"""An event of a stream: its name, its data, its id."""


async def told(stream: httpx.Response) -> AsyncIterator[Told]:
    """The events of a stream as a client reads them."""
    fields: dict[str, str] = {}
    async for line in stream.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
            continue
        if "event" in fields:
            yield fields["event"], json.loads(fields["data"]), int(fields["id"]) if "id" in fields else None
        fields = {}


async def said(client: httpx.AsyncClient, conversation: str, text: str, id: str = "message-1") -> list[Told]:
    """Send a message and read the turn to its end."""
    body = {"id": id, "text": text}
    async with client.stream("POST", f"/chat/conversations/{conversation}/messages", json=body) as stream:
        assert stream.status_code == 200, await stream.aread()
        return [each async for each in told(stream)]


async def begun(client: httpx.AsyncClient) -> str:
    """A new conversation's id."""
    answer = await client.post("/chat/conversations")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
