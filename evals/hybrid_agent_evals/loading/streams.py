"""Reading server-sent events as a browser does: one stream a page, opened again from the last id."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Response


@dataclass(frozen=True, slots=True)
class Event:
    """One event: what kind, its data, its id if it has one."""

    kind: str
    data: Any
    id: str = ""


async def events_of(response: "Response") -> AsyncIterator[Event]:
    """The events of an answer, as they come."""
    kind, data, id = "message", "", ""
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            data = value
        elif name == "id":
            id = value
        elif not line and data:
            yield Event(kind, json.loads(data), id)
            kind, data, id = "message", "", ""


@dataclass(eq=False)
class Page:
    """A page that stays open on a conversation: what came, when, and how often it was opened again."""

    client: "AsyncClient"
    thread: str
    headers: dict[str, str]
    came: list[tuple[dict[str, Any], float]] = field(default_factory=list)
    opened: int = 0
    last: str = ""
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    _more: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def stay(self) -> None:
        """Read until cancelled."""
        import httpx2

        while True:
            try:
                await self._read()
            except httpx2.TransportError:
                await asyncio.sleep(1)

    async def until(self, count: int, within: float) -> bool:
        """Wait until so many messages have come; whether they have."""
        try:
            async with asyncio.timeout(within), self._more:
                await self._more.wait_for(lambda: len(self.came) >= count)
        except TimeoutError:
            return False
        return True

    async def _read(self) -> None:
        again = {"Last-Event-ID": self.last} if self.last else {}
        address = f"/chat/conversations/{self.thread}/events"
        async with self.client.stream("GET", address, headers={**self.headers, **again}) as response:
            if response.status_code != 200:
                await asyncio.sleep(1)
                return
            self.opened += 1
            async for event in events_of(response):
                self.ready.set()
                if event.kind == "message":
                    self.last = event.id
                    await self._take(event.data)

    async def _take(self, message: dict[str, Any]) -> None:
        async with self._more:
            self.came.append((message, time.time()))
            self._more.notify_all()
