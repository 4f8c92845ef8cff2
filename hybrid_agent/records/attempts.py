"""Failed sign-ins of late, by user and by address: what guessing passwords is slowed down by."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records.rows import one_at_a_time_under
from hybrid_agent.records.schema import Transaction, attempts


async def begin(
    tx: Transaction, most: Mapping[str, int], *, now: datetime, since: datetime
) -> datetime | None:
    """Count an attempt under every key, unless one has had its `most` after `since`: then the time of the
    oldest of those, and nothing is counted. An attempt counts before it is judged, one at a time, so that
    many at once are no way around; older ones are forgotten."""
    await one_at_a_time_under(tx, *most)
    await tx.execute(delete(attempts).where(attempts.c.at <= since))
    for key, limit in most.items():
        query = select(func.count(), func.min(attempts.c.at)).where(attempts.c.key == key)
        count, oldest = (await tx.execute(query)).one()
        if count >= limit:
            return cast("datetime", oldest)
    await tx.execute(insert(attempts), [{"key": key, "at": now} for key in most])
    return None


async def forget(tx: Transaction, key: str) -> None:
    """Forget the attempts under a key: this one was right."""
    await tx.execute(delete(attempts).where(attempts.c.key == key))


async def count(connection: AsyncConnection, key: str) -> int:
    """How many are counted under a key."""
    found = await connection.execute(select(func.count()).where(attempts.c.key == key))
    return int(found.scalar_one())
