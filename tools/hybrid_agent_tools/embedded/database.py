"""One SQLite file, used from any number of event loops and processes.

The standard library's driver on a few threads of our own, rather than an async driver: a whole operation is
one hop to a thread and back, its statements cannot be interleaved with another task's, and no connection
belongs to an event loop.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from hybrid_agent_tools.embedded import schema
from hybrid_agent_tools.embedded.refusals import database_error, misconfigured, not_written

__all__ = ["Database", "connect_file"]

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

READERS = 2


def connect_file(path: Path, busy_timeout: float, *, mode: str = "rw") -> sqlite3.Connection:
    """A connection in autocommit, with safe settings; `busy_timeout` is in seconds."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=busy_timeout,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


class Database:
    """Transactions on a shop's file. Its errors are ToolErrors only, from the first check on."""

    def __init__(self, path: Path, *, busy_timeout: float) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self._thread = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="shop-read")
        # One writer: SQLite has one anyway, and a queue is fairer than its busy wait.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="shop-write")
        self._check()

    async def read(self, work: Work[T]) -> T:
        """Run the work on one consistent snapshot."""
        return await self._run(self._readers, lambda: self._transaction("BEGIN", work))

    async def write(self, work: Work[T]) -> T:
        """Run the work in one transaction that happens whole or not at all.

        When the caller gives up (is cancelled) before the transaction has begun, it never begins; one that
        has begun holds the lock that `settled` waits for.
        """
        given_up = threading.Event()

        def guarded(connection: sqlite3.Connection) -> T:
            if given_up.is_set():
                raise not_written(str(self._path))
            return work(connection)

        try:
            return await self._run(self._writer, lambda: self._transaction("BEGIN IMMEDIATE", guarded))
        except asyncio.CancelledError:
            given_up.set()
            raise

    async def settled(self, work: Work[T]) -> T:
        """Run the work after every transaction that has begun, here or in another process, has ended."""
        return await self._run(self._writer, lambda: self._transaction("BEGIN IMMEDIATE", work))

    async def close(self) -> None:
        """Finish what runs, then close every connection."""
        for executor in (self._readers, self._writer):
            await asyncio.to_thread(executor.shutdown)
        for connection in self._opened:
            connection.close()

    def _run(self, executor: ThreadPoolExecutor, work: Callable[[], T]) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(executor, work)

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._thread, "connection", None)
        if connection is None:
            connection = connect_file(self._path, self._busy_timeout)
            self._thread.connection = connection
            self._opened.append(connection)
        return connection

    def _transaction(self, begin: str, work: Work[T]) -> T:
        committing = False
        try:
            connection = self._connection()
            connection.execute(begin)
            try:
                result = work(connection)
                committing = True
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
            raise database_error(error, str(self._path), committing=committing) from error
        return result

    def _check(self) -> None:
        if not self._path.is_file():
            raise misconfigured(
                f"there is no shop at {self._path}.",
                str(self._path),
                "Check the path, or create the shop first.",
            )
        try:
            connection = connect_file(self._path, self._busy_timeout)
            try:
                schema.check(connection, str(self._path))
                _probe_write(connection)
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise database_error(error, str(self._path)) from error


def _probe_write(connection: sqlite3.Connection) -> None:
    # SQLite opens a read-only file without a word; only the start of a write tells.
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("ROLLBACK")
