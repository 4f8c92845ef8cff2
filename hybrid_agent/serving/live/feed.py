"""One poller a process over the records, fanned out to whoever looks on.

It works with any number of processes on one database, for each reads what all of them write.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hybrid_agent.records import Records, RecordsError
from hybrid_agent.records.models import Message
from hybrid_agent.serving.errors import NotReadyError, TooManyRequestsError
from hybrid_agent.serving.live.tailing import Added, Tailing

_log = logging.getLogger(__name__)

EVERY = 0.2
"""Seconds between two looks while anybody looks on; nobody, and there are none."""

RETRY = 1.0
"""Seconds between two looks while the records cannot be reached."""

RECENT = 5.0
"""Seconds for which a conversation in which something happened may be the one whose approval now waits."""

BACKLOG = 256
"""Events that wait for a slow reader; with one more the reader is let go, to come again and catch up."""


MOST_OF_ONE = 100
"""Streams that one reader has open at once in a process: a window each, and room for programs."""

MOST = 5_000
"""Streams that a process has open at once."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Something about a conversation is not as it was: read again how it stands."""

    thread: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The records cannot be read just now; what is missed meanwhile comes when they can."""


@dataclass(frozen=True, slots=True)
class Reachable:
    """The records can be read again."""


Live = Message | Changed | Unreachable | Reachable


@dataclass(eq=False, slots=True)
class Subscription:
    """What one reader has not read yet. Iterating ends where it fell behind too far, or the feed stopped."""

    thread: str | None
    reader: str
    _waiting: asyncio.Queue[Live | None] = field(default_factory=lambda: asyncio.Queue(BACKLOG + 1))
    _dropped: bool = False

    def put(self, happening: Live) -> None:
        """Hand something to the reader, unless there is too much already."""
        if self._dropped:
            return
        if self._waiting.qsize() >= BACKLOG:
            self.end()
        else:
            self._waiting.put_nowait(happening)

    def end(self) -> None:
        """No more comes after what waits."""
        if not self._dropped:
            self._dropped = True
            self._waiting.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[Live]:
        while (happening := await self._waiting.get()) is not None:
            yield happening


@dataclass(eq=False)
class Feed:
    """What is said and what changes, as it is committed. The app's lifespan runs it."""

    records: Records
    every: float = EVERY
    running: bool = False
    _subscribers: set[Subscription] = field(default_factory=set)
    _tailing: Tailing | None = None
    _away: bool = False
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _recent: dict[str, float] = field(default_factory=dict)

    @property
    def readers(self) -> int:
        """How many look on."""
        return len(self._subscribers)

    def expect_room(self, reader: str) -> None:
        """Raises TooManyRequestsError where this reader has too many streams open, NotReadyError where
        all of them together have.
        """
        if sum(each.reader == reader for each in self._subscribers) >= MOST_OF_ONE:
            raise TooManyRequestsError("You have this open too often. Close some windows.", after=30)
        if self.readers >= MOST:
            raise NotReadyError("Too many people look on just now. Please try again.", after=30)

    @asynccontextmanager
    async def subscribe(self, thread: str, reader: str = "") -> AsyncIterator[Subscription]:
        """One conversation's messages and changes from now on: what is in the records already is not told.

        Subscribe first, read the records then, and nothing is missed. Raises RecordsError.
        """
        async with self._subscribed(Subscription(thread, reader)) as subscription:
            yield subscription

    @asynccontextmanager
    async def subscribe_inbox(self, reader: str = "") -> AsyncIterator[Subscription]:
        """That something changed, and in which conversation, for all of them. Raises RecordsError."""
        async with self._subscribed(Subscription(None, reader)) as subscription:
            yield subscription

    @asynccontextmanager
    async def _subscribed(self, subscription: Subscription) -> AsyncIterator[Subscription]:
        async with self._looking:
            if self._tailing is None:
                async with self.records.read() as connection:
                    self._tailing = await Tailing.begin(connection)
            self._subscribers.add(subscription)
            self._wanted.set()
        try:
            yield subscription
        finally:
            self._subscribers.discard(subscription)

    async def run(self) -> None:
        """Look until cancelled, as long as somebody looks on."""
        self.running = True
        try:
            while True:
                await self._wanted.wait()
                await asyncio.sleep(self.every if await self._look() else RETRY)
        finally:
            self.running = False
            self.end()

    def end(self) -> None:
        """Let every reader go, to come again."""
        for each in self._subscribers:
            each.end()

    async def _look(self) -> bool:
        """Tell what was added. Returns whether the records could be read."""
        async with self._looking:
            if not self._subscribers or self._tailing is None:
                self._tailing = None
                self._wanted.clear()
                return True
            try:
                async with self.records.read() as connection:
                    added = await self._tailing.look(connection)
            except RecordsError as error:
                if not self._away:
                    _log.warning("live pages wait for the records: %s", error)
                    self._tell_all(Unreachable())
                self._away = True
                return False
            if self._away:
                self._tell_all(Reachable())
            self._away = False
            self._tell(added)
            return True

    def _tell(self, added: Added) -> None:
        changed = self._changed(added)
        touched = changed | {each.thread for each in added.said}
        for reader in list(self._subscribers):
            for happening in _for(reader, added, changed, touched):
                reader.put(happening)

    def _tell_all(self, happening: Live) -> None:
        for reader in list(self._subscribers):
            reader.put(happening)

    def _changed(self, added: Added) -> frozenset[str]:
        """Conversations that changed. An approval is registered just after the events of its turn."""
        now = asyncio.get_running_loop().time()
        self._recent = {each: at for each, at in self._recent.items() if at > now - RECENT}
        self._recent |= dict.fromkeys(added.threads, now)
        return frozenset(self._recent) if added.waiting else added.threads


def _for(
    reader: Subscription, added: Added, changed: frozenset[str], touched: frozenset[str]
) -> Iterator[Live]:
    if reader.thread is None:
        yield from map(Changed, sorted(touched))
        return
    yield from (each for each in added.said if each.thread == reader.thread)
    if reader.thread in changed:
        yield Changed(reader.thread)
