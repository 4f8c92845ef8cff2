"""A customer of the benchmark: opens a conversation and its page, writes, waits for the reply, thinks."""

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

from hybrid_agent_evals.loading.server import Site
from hybrid_agent_evals.loading.streams import Page, events_of
from hybrid_agent_evals.speed.questions import Question

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Response

DAY_SECONDS = 86_400
FAILED, CUT = "failed", "cut off"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent: by its id, how long until its turn was in hand, and how that ended."""

    id: str
    ms: float
    status: str


@dataclass(eq=False)
class Visitor:
    """Somebody with a conversation and its page open."""

    client: "AsyncClient"
    page: Page
    sent: list[Sent] = field(default_factory=list)

    async def say(self, text: str) -> Sent:
        """Send a message and read the answer to its end."""
        import httpx2

        id, began = uuid4().hex, time.perf_counter()
        headers = {**self.page.headers, "X-Request-ID": id}
        address = f"/chat/conversations/{self.page.thread}/messages"
        body = {"id": id, "text": text}
        try:
            async with self.client.stream("POST", address, json=body, headers=headers) as response:
                status = await _ended(response)
        except httpx2.TransportError:
            status = CUT
        sent = Sent(id, (time.perf_counter() - began) * 1000, status)
        self.sent.append(sent)
        return sent


async def _ended(response: "Response") -> str:
    """How a turn ended: with the turn's status, or why there is none."""
    if response.status_code != 200:
        return f"HTTP {response.status_code}"
    status = CUT
    async for event in events_of(response):
        if event.kind in ("turn", FAILED):
            status = str(event.data["status"]) if event.kind == "turn" else FAILED
    return status


async def arrive(client: "AsyncClient", site: Site, customer: str) -> Visitor:
    """Sign in as this customer with a token of their own, and open a conversation."""
    headers = {"Authorization": f"Bearer {_token(site, customer)}"}
    made = await client.post("/chat/conversations", headers=headers)
    made.raise_for_status()
    return Visitor(client, Page(client, made.json()["id"], headers))


async def chat(visitor: Visitor, questions: Iterator[Question], think: float, until: float) -> None:
    """Ask one question after the other until that time (`time.monotonic`), with pauses to think."""
    while time.monotonic() < until:
        await asyncio.sleep(min(random.expovariate(1 / think), max(0.0, until - time.monotonic())))
        if time.monotonic() < until:
            await visitor.say(next(questions).text)


def _token(site: Site, customer: str) -> str:
    import jwt

    now = int(time.time())
    claims = {"sub": customer, "aud": "hybrid-agent", "iat": now, "exp": now + DAY_SECONDS - 60}
    return jwt.encode({**claims, "jti": uuid4().hex}, site.customers_secret, algorithm="HS256")
