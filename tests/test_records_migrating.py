"""Records of the version before are opened and brought up to date."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from records_kit import HOUR, NOW
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from hybrid_agent.records import (
    Records,
    RecordsError,
    approvals,
    events,
    hand_offs,
    ledger,
    messages,
    open_records,
    ownership,
)
from hybrid_agent.records.models import EffectStatus
from hybrid_agent.records.schema import VERSION
from hybrid_agent.records.urls import async_url
from hybrid_agent.state import Event, EventKind

pytest_plugins = ("records_fixtures",)

OLD = Path(__file__).parent / "data" / "records_v1"
"""The statements with which version 1 made its tables, and some that fill them at NOW."""

UNASKED = "duplicates_constraint"
"""What marks an index that PostgreSQL made for a constraint."""


@pytest.fixture
async def old(url: str) -> str:
    """A database of version 1, with something in each table."""
    engine = create_async_engine(async_url(url))
    async with engine.begin() as connection:
        files = (OLD / f"{connection.dialect.name}.sql", OLD / "rows.sql")
        if connection.dialect.name == "postgresql":
            await connection.exec_driver_sql("SET TIME ZONE 'UTC'")
        for statement in (each for file in files for each in file.read_text().split("\n\n")):
            await connection.exec_driver_sql(statement)
    await engine.dispose()
    return url


async def shape(records: Records) -> dict[str, tuple[list[str], list[str]]]:
    """The columns and indexes of every table; what only serves a constraint is not an index of ours."""

    def look(plain: Connection) -> dict[str, tuple[list[str], list[str]]]:
        seen = inspect(plain)
        return {
            table: (
                sorted(each["name"] for each in seen.get_columns(table)),
                sorted(str(each["name"]) for each in seen.get_indexes(table) if UNASKED not in each),
            )
            for table in seen.get_table_names()
        }

    async with records.read() as connection:
        return await connection.run_sync(look)


async def test_version_1_is_brought_up_to_date(old: str, tmp_path: Path) -> None:
    """What was recorded is there, with what is new about it; the tables are those of a new database."""
    async with await open_records(old) as records, records.read() as connection:
        approval = await approvals.get(connection, "p1", now=NOW - HOUR)
        assert approval is not None and approval.needed == 1
        assert (await ledger.require(connection, "a1")).status is EffectStatus.PROPOSED
        (passed,) = await hand_offs.listing(connection)
        assert (passed.summary, passed.intent, passed.urgent) == ("wants a refund", "refund", True)
        assert passed.due == NOW + timedelta(minutes=30)
        assert [each.thread for each in await ownership.idle(connection, before=NOW + HOUR)] == ["t2"]
        begun = [await messages.conversation(connection, thread) for thread in ("t1", "t2", "t3")]
        known = [(each.owner, each.customer_id, each.opened) for each in begun if each]
        assert known == [("c1", "c1", NOW), ("c2", "c2", NOW), ("anonymous", None, NOW)]
        assert len(await events.listing(connection)) == 3
    async with (
        await open_records(f"sqlite:///{tmp_path}/new.db") as fresh,
        await open_records(old) as records,
    ):
        assert await shape(records) == await shape(fresh)


async def test_what_was_brought_up_to_date_goes_on(old: str) -> None:
    """The migrated records take what new ones take, and their events still only grow."""
    async with await open_records(old) as records:
        async with records.write() as tx:
            await ownership.release(tx, "t2", by="mia", now=NOW)
            await events.append(tx, [Event(kind=EventKind.RATED, at=NOW)], thread="t2", customer_id="c2")
            await messages.open_conversation(tx, "t9", owner="c9", customer_id="c9", now=NOW)
        for change in ("DELETE FROM hybrid_agent_events", "UPDATE hybrid_agent_events SET ms = 1"):
            with pytest.raises(RecordsError, match="only ever added"):
                async with records.write() as tx:
                    await tx.execute(text(change))


async def test_many_may_bring_it_up_to_date_at_once(old: str) -> None:
    """Whoever comes first does it, the others find it done."""

    async def open_and_close() -> None:
        await (await open_records(old)).aclose()

    await asyncio.gather(*(open_and_close() for _ in range(4)))
    async with await open_records(old) as records, records.read() as connection:
        versions = await connection.execute(text("SELECT version FROM hybrid_agent_version"))
        assert versions.scalars().all() == [VERSION]
        assert len(await hand_offs.listing(connection)) == 1
