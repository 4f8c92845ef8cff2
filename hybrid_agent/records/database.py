"""The way to the records: open them, and read or write in short transactions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records.engines import BUSY_SECONDS, Engines
from hybrid_agent.records.errors import BusyError
from hybrid_agent.records.failures import told
from hybrid_agent.records.making import ensure_schema
from hybrid_agent.records.schema import Relaxed, Transaction
from hybrid_agent.records.urls import async_url, plain


@dataclass(frozen=True, eq=False)
class Records:
    """The system's own memory. May be used from several event loops at once; close it with `aclose`.

    `ledger`, `approvals`, `hand_offs`, `ownership`, `messages` and `events` are modules of functions that
    take a connection from here, so that several changes can be one transaction. Transactions do not nest.
    """

    where: str
    _engines: Engines

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read from; each statement sees what is committed by then."""
        with told(self.where):
            here = await self._engines.here()
            async with here.engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """A write transaction that is on disk when it ends; an error inside undoes all of it.

        The ledger needs this: a claim lost in a power cut after the call went out would let the write
        happen twice. So SQLite runs it with synchronous=FULL, PostgreSQL with its synchronous commit.
        """
        with told(self.where):
            here = await self._engines.here()
            async with here.write("FULL") as connection:
                yield Transaction(Relaxed(connection))

    @asynccontextmanager
    async def write_relaxed(self) -> AsyncIterator[Relaxed]:
        """A write transaction that does not wait for the disk: a power cut, not a crash, may lose it."""
        with told(self.where):
            here = await self._engines.here()
            async with here.write("NORMAL") as connection:
                yield Relaxed(connection)

    async def compact(self) -> None:
        """Overwrite what was removed, in SQLite's file and journal; PostgreSQL vacuums by itself."""
        async with self.read() as connection:
            if connection.dialect.name == "sqlite":
                await connection.exec_driver_sql("VACUUM")
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def aclose(self) -> None:
        """Close every connection, on whichever loop it was opened."""
        await self._engines.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


async def open_records(url: str) -> Records:
    """Open the records at `sqlite:///path` or `postgresql://...`, making the tables where there are none.

    Raises RecordsError: no driver, unreachable, locked, read-only, no database, or another version.
    """
    parsed = async_url(url)
    records = Records(plain(parsed), Engines(parsed))
    try:
        if parsed.get_backend_name() == "sqlite":
            await _write_ahead(records)
        async with records.write() as tx:
            await ensure_schema(tx, records.where)
    except BaseException:
        await records.aclose()
        raise
    return records


async def _write_ahead(records: Records) -> None:
    """Switch the file to WAL, where readers and the writer do not wait for each other.

    SQLite does not wait for its busy timeout here when two processes switch at once, so this does.
    """
    deadline = asyncio.get_running_loop().time() + BUSY_SECONDS
    while True:
        try:
            async with records.read() as connection:
                await connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            return
        except BusyError:
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.02)
