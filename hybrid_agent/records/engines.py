"""One engine per running event loop: a connection belongs to the loop that opened it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from hybrid_agent.records.errors import UnavailableError
from hybrid_agent.records.urls import plain

if TYPE_CHECKING:
    import aiosqlite

BUSY_SECONDS = 10.0
"""How long a transaction waits for its turn before it gives up."""

SYNC = "hybrid_agent_sync"
"""Execution option of a write transaction: FULL (on disk when it ends) or NORMAL (soon after)."""

POSTGRES_SETTINGS = {"application_name": "hybrid-agent", "lock_timeout": f"{BUSY_SECONDS:.0f}s"}


@dataclass(frozen=True, eq=False)
class LoopEngine:
    """The engine of one loop. `keeper` disposes of it, at the latest when the loop ends."""

    engine: AsyncEngine
    keeper: AsyncGenerator[None]
    turn: asyncio.Lock

    @asynccontextmanager
    async def write(self, sync: str) -> AsyncIterator[AsyncConnection]:
        """A write transaction. SQLite has one writer: a queue here is fairer than its busy polling."""
        if self.engine.dialect.name != "sqlite":
            async with self.engine.execution_options(**{SYNC: sync}).begin() as connection:
                yield connection
            return
        async with asyncio.timeout(BUSY_SECONDS):
            await self.turn.acquire()
        try:
            async with self.engine.execution_options(**{SYNC: sync}).begin() as connection:
                yield connection
        finally:
            self.turn.release()


@dataclass(frozen=True, eq=False)
class Engines:
    """The engines of one database: made as loops come, disposed of as they go."""

    url: URL
    _by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, LoopEngine] = field(
        default_factory=WeakKeyDictionary
    )
    _guard: Lock = field(default_factory=Lock)
    _closed: Event = field(default_factory=Event)

    async def here(self) -> LoopEngine:
        """The engine of the running loop. Raises UnavailableError once closed."""
        loop = asyncio.get_running_loop()
        with self._guard:
            if self._closed.is_set():
                raise UnavailableError(
                    "already closed", where=plain(self.url), advice="Open the records again."
                )
            known = self._by_loop.get(loop)
            if known is not None:
                return known
            engine = _create(self.url)
            made = LoopEngine(engine, self._keep(engine, loop), asyncio.Lock())
            self._by_loop[loop] = made
        await anext(made.keeper)
        return made

    async def _keep(self, engine: AsyncEngine, loop: asyncio.AbstractEventLoop) -> AsyncGenerator[None]:
        """Held open while the loop lives: loops close their generators before they end."""
        try:
            yield
        finally:
            with self._guard:
                self._by_loop.pop(loop, None)
            await engine.dispose()

    async def aclose(self) -> None:
        """Dispose of every loop's engine, wherever that loop runs. Closing twice is harmless."""
        with self._guard:
            self._closed.set()
            open_ones = list(self._by_loop.items())
        for loop, made in open_ones:
            await _finish(loop, made)


async def _finish(loop: asyncio.AbstractEventLoop, made: LoopEngine) -> None:
    if loop is asyncio.get_running_loop():
        await made.keeper.aclose()
    elif loop.is_running():
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(made.keeper.aclose(), loop))
    elif not loop.is_closed():
        await asyncio.to_thread(loop.run_until_complete, made.keeper.aclose())


def _create(url: URL) -> AsyncEngine:
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(
            url,
            pool_size=4,
            max_overflow=0,
            pool_timeout=BUSY_SECONDS,
            connect_args={
                "timeout": BUSY_SECONDS,
                "isolation_level": None,
                "async_creator_fn": _sqlite_connect,
            },
        )
        event.listen(engine.sync_engine, "connect", _sqlite_connected)
        event.listen(engine.sync_engine, "begin", _sqlite_begin)
        return engine
    engine = create_async_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True,
        connect_args={"timeout": BUSY_SECONDS, "server_settings": POSTGRES_SETTINGS},
    )
    event.listen(engine.sync_engine, "begin", _postgres_begin)
    return engine


async def _sqlite_connect(*args: Any, **options: Any) -> "aiosqlite.Connection":
    """Connect; where that fails, see the connection's thread off, or it would answer a loop that is gone."""
    import aiosqlite

    connection = aiosqlite.connect(*args, **options)
    connection._thread.daemon = True
    try:
        return await connection
    except BaseException:
        await asyncio.to_thread(connection._thread.join)
        raise


def _sqlite_connected(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    sync = connection.get_execution_options().get(SYNC)
    if sync is None:
        return
    if connection.info.get(SYNC) != sync:
        _at_once(connection, f"PRAGMA synchronous = {sync}")
        connection.info[SYNC] = sync
    _at_once(connection, "BEGIN IMMEDIATE")


def _at_once(connection: Connection, statement: str) -> None:
    """Run a statement in one hop to the connection's thread, where SQLAlchemy's cursor takes three."""
    adapted: Any = connection.connection.dbapi_connection
    adapted.run_async(lambda driver: driver.execute(statement))


def _postgres_begin(connection: Connection) -> None:
    if connection.get_execution_options().get(SYNC) == "NORMAL":
        connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
