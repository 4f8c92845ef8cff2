"""The append-only log of what happened: KPIs are computed from it, nothing is ever changed in it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records.models import Recorded
from hybrid_agent.records.rows import upsert
from hybrid_agent.records.schema import Relaxed, events
from hybrid_agent.state import Event

FIELDS = tuple(Event.model_fields)


async def append(tx: Relaxed, happened: Sequence[Event], *, thread: str, customer_id: str | None) -> None:
    """Add a turn's events in one insert; give all of the turn so far, in order, each time.

    An event is known by its place in its turn, so adding the turn again adds only what is new. One
    without a turn (a person's deed) is known by its kind and time.
    """
    if not happened:
        return
    rows = [
        {"thread": thread, "customer_id": customer_id, "mark": mark, **_values(event)}
        for event, mark in zip(happened, _marks(happened), strict=True)
    ]
    await tx.execute(upsert(tx, events).on_conflict_do_nothing(index_elements=["thread", "mark"]), rows)


async def listing(
    connection: AsyncConnection,
    *,
    thread: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = None,
) -> list[Recorded]:
    """Events in the order they were added: of one conversation or of all, from `since` to before `until`."""
    query = select(events).order_by(events.c.id)
    if thread is not None:
        query = query.where(events.c.thread == thread)
    if since is not None:
        query = query.where(events.c.at >= since)
    if until is not None:
        query = query.where(events.c.at < until)
    return [_recorded(row._mapping) for row in await connection.execute(query.limit(limit))]


def _marks(happened: Sequence[Event]) -> Iterator[str]:
    places: Counter[str] = Counter()
    for event in happened:
        if not event.turn:
            yield f"{event.kind}@{event.at.isoformat()}"
            continue
        yield f"{event.turn}#{places[event.turn]}"
        places[event.turn] += 1


def _values(event: Event) -> dict[str, Any]:
    return {
        **event.model_dump(include={"turn", "intent", "ms"}),
        "kind": event.kind,
        "at": event.at,
        "data": dict(event.data),
    }


def _recorded(row: Any) -> Recorded:
    return Recorded(
        id=row["id"],
        thread=row["thread"],
        customer_id=row["customer_id"],
        event=Event.model_validate({name: row[name] for name in FIELDS}),
    )
