"""How much happened and how much waits: counts for whoever watches the service, no contents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Float, Row, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records.schema import approvals, events, hand_offs, owners
from hybrid_agent.state import EventKind

GROUPED = ("status", "path", "operation", "outcome", "decision", "model", "reasons")
"""Fields of an event's data that tallies are made by, none of which names a customer or a conversation."""

SUMMED = ("waited_s", "tokens_in", "tokens_out", "cost")
"""Fields of an event's data that tallies add up."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Events that are alike: what they have in common, how many, and their sums (`ms` and SUMMED)."""

    kind: EventKind
    intent: str | None
    common: Mapping[str, str | None]
    events: int
    sums: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Standing:
    """What waits for people now: approvals, hand-offs that are open and those overdue, conversations held."""

    approvals: int
    hand_offs: int
    overdue: int
    held: int


async def newest(connection: AsyncConnection) -> int:
    """The highest id of an event on record; 0 where there is none."""
    return int((await connection.execute(select(func.coalesce(func.max(events.c.id), 0)))).scalar_one())


async def tally(connection: AsyncConnection, *, after: int, until: int) -> Sequence[Tally]:
    """The events with ids above `after` up to `until`, counted by what they have in common."""
    data = events.c.data
    common = [data[name].as_string().label(name) for name in GROUPED]
    sums = [func.sum(cast(data[name].as_string(), Float)).label(name) for name in SUMMED]
    query = (
        select(events.c.kind, events.c.intent, *common, func.count().label("events"))
        .add_columns(func.sum(events.c.ms).label("ms"), *sums)
        .where(events.c.id > after, events.c.id <= until)
        .group_by(events.c.kind, events.c.intent, *common)
    )
    return [_tally(row) for row in await connection.execute(query)]


async def standing(connection: AsyncConnection, now: datetime) -> Standing:
    """What waits for people at this time."""
    is_open = hand_offs.c.status == "open"
    counts = (
        select(func.count()).where(approvals.c.status == "pending").scalar_subquery(),
        select(func.count()).where(is_open).scalar_subquery(),
        select(func.count()).where(is_open, hand_offs.c.due < now).scalar_subquery(),
        select(func.count()).where(owners.c.person.is_not(None)).scalar_subquery(),
    )
    return Standing(*(await connection.execute(select(*counts))).one())


def _tally(row: Row[Any]) -> Tally:
    found = row._mapping
    return Tally(
        kind=EventKind(found["kind"]),
        intent=found["intent"],
        common={name: found[name] for name in GROUPED},
        events=found["events"],
        sums={name: float(found[name] or 0) for name in ("ms", *SUMMED)},
    )
