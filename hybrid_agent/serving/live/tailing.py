"""Reading what is added to the records, each thing once, also where it is committed out of order."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records import messages
from hybrid_agent.records.models import Message
from hybrid_agent.records.pulse import Tail, happened, newest, pulse

SETTLED = 3.0
"""Seconds after which no transaction is expected to commit an id below those that were seen.

PostgreSQL gives ids out before it commits, so a lower one may appear after a higher one.
"""

PAGE = 500
"""Messages read at once."""


@dataclass(frozen=True, slots=True)
class Added:
    """What was added since the last look: the messages, and the conversations in which something happened.

    `waiting` says that the number of pending approvals has changed.
    """

    said: Sequence[Message] = ()
    threads: frozenset[str] = frozenset()
    waiting: bool = False


@dataclass(slots=True)
class Reading:
    """How far one table was read: all up to the id `after`, and of those behind it the `seen` ones."""

    after: int
    seen: frozenset[int] = frozenset()
    tops: deque[tuple[float, int]] = field(default_factory=deque)

    def moved(self, tail: Tail) -> bool:
        """Whether rows came or went since they were seen."""
        return (tail.rows, tail.top) != (len(self.seen), max(self.seen, default=self.after))

    def saw(self, ids: Iterable[int]) -> None:
        """All that stands behind `after` now."""
        self.seen = frozenset(ids)
        now = asyncio.get_running_loop().time()
        self.tops.append((now, max(self.seen, default=self.after)))
        while self.tops and self.tops[0][0] < now - SETTLED:
            self.after = self.tops.popleft()[1]
        self.seen = frozenset(each for each in self.seen if each > self.after)


@dataclass(slots=True)
class Tailing:
    """A reader of messages and events from where it was begun."""

    messages: Reading
    events: Reading
    pending: int

    @classmethod
    async def begin(cls, connection: AsyncConnection) -> Self:
        """Read what is added from now on."""
        said, done = await newest(connection)
        standing = await pulse(connection, said_after=said, happened_after=done)
        return cls(Reading(said), Reading(done), standing.pending)

    async def look(self, connection: AsyncConnection) -> Added:
        """What was added since the last look: one query where there is nothing."""
        standing = await pulse(connection, said_after=self.messages.after, happened_after=self.events.after)
        waiting, self.pending = standing.pending != self.pending, standing.pending
        return Added(
            said=await self._said(connection) if self.messages.moved(standing.said) else (),
            threads=await self._threads(connection) if self.events.moved(standing.happened) else frozenset(),
            waiting=waiting,
        )

    async def _said(self, connection: AsyncConnection) -> Sequence[Message]:
        found, after = list[Message](), self.messages.after
        while len(page := await messages.added(connection, after=after, limit=PAGE)) == PAGE:
            found += page
            after = page[-1].id
        found += page
        new = [each for each in found if each.id not in self.messages.seen]
        self.messages.saw(each.id for each in found)
        return new

    async def _threads(self, connection: AsyncConnection) -> frozenset[str]:
        rows = await happened(connection, after=self.events.after)
        new = frozenset(thread for id_, thread in rows if id_ not in self.events.seen)
        self.events.saw(id_ for id_, _ in rows)
        return new
