"""Whether anything was added since one looked: what live pages ask the records several times a second."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.frozen import Frozen
from hybrid_agent.records.schema import approvals, events, messages


class Tail(Frozen):
    """What a table holds after some id: how many rows, and the highest id of them."""

    rows: int = 0
    top: int = 0


class Pulse(Frozen):
    """The records at one moment: what was said and what happened, and how many approvals wait."""

    said: Tail
    happened: Tail
    pending: int


async def pulse(connection: AsyncConnection, *, said_after: int, happened_after: int) -> Pulse:
    """One round trip along three indexes, whatever the size of the tables: the tails are short."""
    values = {"said_after": said_after, "happened_after": happened_after}
    said, said_top, happened, happened_top, pending = (await connection.execute(_pulse(), values)).one()
    return Pulse(
        said=Tail(rows=said, top=said_top or said_after),
        happened=Tail(rows=happened, top=happened_top or happened_after),
        pending=pending,
    )


async def newest(connection: AsyncConnection) -> tuple[int, int]:
    """The ids of the newest message and the newest event; 0 where there is none."""
    tops = select(
        select(func.max(messages.c.id)).scalar_subquery(), select(func.max(events.c.id)).scalar_subquery()
    )
    said, happened = (await connection.execute(tops)).one()
    return said or 0, happened or 0


async def happened(connection: AsyncConnection, *, after: int) -> Sequence[tuple[int, str]]:
    """The id and the conversation of each event added after the event of id `after`, in order."""
    query = select(events.c.id, events.c.thread).where(events.c.id > after).order_by(events.c.id)
    return [(id_, thread) for id_, thread in await connection.execute(query)]


@cache
def _pulse() -> Select[Any]:
    """Built once: building it takes as long as running it."""
    said_after = bindparam("said_after", type_=BigInteger)
    happened_after = bindparam("happened_after", type_=BigInteger)
    said = select(func.count(), func.max(messages.c.id)).where(messages.c.id > said_after).subquery("said")
    done = select(func.count(), func.max(events.c.id)).where(events.c.id > happened_after).subquery("done")
    waiting = select(func.count()).select_from(approvals).where(approvals.c.status == "pending")
    return select(*said.c, *done.c, waiting.scalar_subquery()).select_from(said).join(done, said.c[0] >= 0)
