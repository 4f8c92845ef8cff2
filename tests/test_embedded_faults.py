"""The embedded shop when files, locks, processes and loops are against it."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from embedded_kit import ANNA, NOW, contents, fresh_shop, open_box, rows
from hypothesis import given, settings
from hypothesis import strategies as st

from hybrid_agent_tools import (
    InvalidArguments,
    Misconfigured,
    Money,
    Rejected,
    Toolbox,
    ToolError,
    Unavailable,
    connect,
)

REFUND = {"order_number": "1003", "amount": {"amount": "60.00", "currency": "EUR"}, "reason": "x"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return fresh_shop(tmp_path)


@contextmanager
def locked(path: Path) -> Iterator[sqlite3.Connection]:
    """Another connection holds the write lock."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        if connection.in_transaction:
            connection.execute("ROLLBACK")


DAMAGES = {
    "missing": (lambda path: path.unlink(), "no shop at"),
    "a folder": (lambda path: (path.unlink(), path.mkdir()), "no shop at"),
    "no database": (lambda path: path.write_text("hello, this is a text file\n" * 99), "no SQLite database"),
    "empty": (lambda path: path.write_bytes(b""), "not a shop"),
    "other application": (lambda path: rows(path, "PRAGMA application_id = 1"), "not a shop"),
    "older": (lambda path: rows(path, "PRAGMA user_version = 0"), "version 0.*Create the shop anew"),
    "newer": (lambda path: rows(path, "PRAGMA user_version = 99"), "version 99.*Install the release"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_cannot_serve_is_refused_with_advice(damage: str, path: Path) -> None:
    """Connecting to the wrong file says what is wrong with it and what to do, and leaves it alone."""
    change, why = DAMAGES[damage]
    change(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(Misconfigured, match=why) as caught:
        connect("embedded", {"database": path.name}, folder=path.parent)
    assert str(path) in str(caught.value)
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize("wrong", [{}, {"database": "x", "path": "y"}, {"database": "x", "busy_timeout": -1}])
def test_malformed_settings_are_named(wrong: dict[str, Any]) -> None:
    """A missing, misspelt or impossible setting is named."""
    with pytest.raises(Misconfigured, match=r"path|pathh|busy_timeout"):
        connect("embedded", wrong, folder=Path())


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up root's right to write everything, where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("mode", [0o444, 0o000])
def test_a_file_without_rights_is_refused_with_advice(mode: int, path: Path) -> None:
    """A file that may not be written or read is an operator's matter, told when connecting."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        copy = Path(shutil.copy(path, Path(folder) / "shop.db"))
        copy.chmod(mode)
        with as_nobody(), pytest.raises(Misconfigured, match=r"read-only|cannot be opened") as caught:
            connect("embedded", {"database": copy.name}, folder=copy.parent)
        assert "write" in caught.value.advice


async def test_a_locked_file_is_unavailable_for_writes_only(path: Path) -> None:
    """While another process holds the lock, reads go on and writes fail in bounded time, unchanged."""
    box = open_box(path, busy_timeout=0.05)
    with locked(path):
        assert await box.read("orders.get", {"order_number": "1003"}, customer_id=ANNA)
        with pytest.raises(Unavailable, match="locked by another process"):
            await box.write("orders.refund", REFUND, customer_id=ANNA, key="k")
        with pytest.raises(Unavailable, match="locked"):
            await box.read_back("orders.refund", REFUND, customer_id=ANNA, key="k")
    assert await box.read_back("orders.refund", REFUND, customer_id=ANNA, key="k") is None
    assert await box.write("orders.refund", REFUND, customer_id=ANNA, key="k")


async def test_a_write_that_was_given_up_never_happens_later(path: Path) -> None:
    """When a write times out in the queue for the lock, a read-back's no is final."""
    box = open_box(path)
    with locked(path) as other:
        waiting = asyncio.create_task(box.write("orders.refund", REFUND, customer_id=ANNA, key="k"))
        await asyncio.sleep(0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        other.execute("ROLLBACK")
    assert await box.read_back("orders.refund", REFUND, customer_id=ANNA, key="k") is None
    assert rows(path, "SELECT count(*) FROM writes") == [(0,)]


CHILD = """
import asyncio, os, signal, sys
from datetime import datetime
from pathlib import Path
from hybrid_agent_tools import Money, Rejected, Toolbox
from hybrid_agent_tools.embedded import open_shop
from hybrid_agent_tools.embedded import shop as shop_module

path, now, key, ending = sys.argv[1], datetime.fromisoformat(sys.argv[2]), sys.argv[3], sys.argv[4]
if ending == "die before the record":
    shop_module.stamp = lambda moment: os.kill(os.getpid(), signal.SIGKILL)
box = Toolbox(open_shop(path, clock=lambda: now, busy_timeout=20).systems)

async def main():
    print("ready", flush=True)
    sys.stdin.readline()
    arguments = {"order_number": "1003", "amount": Money.of("60.00", "EUR"), "reason": "x"}
    try:
        done = await box.write("orders.refund", arguments, customer_id="C-1001", key=key)
        print(done.refund_id)
    except Rejected:
        print("rejected")
    if ending == "die after the answer":
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def run_children(path: Path, *calls: tuple[str, str]) -> list[str]:
    """Start a process for each (key, ending), let them all write at once, and give back what they said."""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(path), NOW.isoformat(), key, ending],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for key, ending in calls
    ]
    for child in children:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin
        child.stdin.write("go\n")
        child.stdin.flush()
    return [child.communicate(timeout=60)[0].strip() for child in children]


async def test_one_key_from_many_processes_acts_once(path: Path) -> None:
    """Processes that race with the same key get the same answer, and one refund stands in the shop."""
    told = run_children(path, *[("same", "")] * 3)
    assert len(set(told)) == 1
    assert told[0].startswith("RF-")
    assert rows(path, "SELECT count(*) FROM refunds WHERE order_number = '1003'") == [(1,)]


async def test_many_keys_from_many_processes_never_overdraw(path: Path) -> None:
    """Of two refunds that are too much together, one is refused."""
    told = run_children(path, ("a", ""), ("b", ""))
    assert sorted(answer == "rejected" for answer in told) == [False, True]
    assert rows(path, "SELECT sum(amount) FROM refunds WHERE order_number = '1003'") == [(6000,)]


async def test_a_process_killed_within_a_write_leaves_nothing_half(path: Path) -> None:
    """After SIGKILL in the middle of a write the file is as before, read-back says so, and a retry works."""
    before = contents(path)
    run_children(path, ("k", "die before the record"))
    assert contents(path) == before
    box = open_box(path)
    assert await box.read_back("orders.refund", REFUND, customer_id=ANNA, key="k") is None
    assert await box.write("orders.refund", REFUND, customer_id=ANNA, key="k")


async def test_a_process_killed_after_a_write_is_told_by_read_back(path: Path) -> None:
    """When the answer is lost with its process, read-back finds it and a retry does nothing more."""
    run_children(path, ("k", "die after the answer"))
    box = open_box(path)
    found: Any = await box.read_back("orders.refund", REFUND, customer_id=ANNA, key="k")
    assert found.amount == Money.of("60.00", "EUR")
    assert await box.write("orders.refund", REFUND, customer_id=ANNA, key="k") == found
    assert rows(path, "SELECT count(*) FROM refunds WHERE order_number = '1003'") == [(1,)]


async def test_one_key_from_many_tasks_acts_once(path: Path) -> None:
    """Tasks that race with the same key in one process share one answer."""
    box = open_box(path)
    calls = [box.write("orders.refund", REFUND, customer_id=ANNA, key="k") for _ in range(16)]
    assert len(set(await asyncio.gather(*calls))) == 1
    assert rows(path, "SELECT count(*) FROM refunds WHERE order_number = '1003'") == [(1,)]


def test_one_connection_serves_several_event_loops(path: Path) -> None:
    """The same toolbox works from loops that follow one another and from loops in other threads at once."""
    box = open_box(path)

    async def turn(number: int) -> Any:
        note = {"phone": f"+49 30 23125 {number:03}"}
        await box.write("customers.update_contact", note, customer_id=ANNA, key=f"k{number}")
        return await box.read("orders.get", {"order_number": "1003"}, customer_id=ANNA)

    seen = [asyncio.run(turn(0)), asyncio.run(turn(1))]
    threads = [
        threading.Thread(target=lambda number=number: seen.append(asyncio.run(turn(number))))
        for number in range(2, 8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(map(repr, seen))) == 1
    assert rows(path, "SELECT count(*) FROM writes") == [(8,)]


async def test_a_full_disk_changes_nothing_and_says_so(path: Path) -> None:
    """When the file may not grow, a write is refused as Unavailable and the shop stays whole."""
    connection = connect("embedded", {"database": path.name}, folder=path.parent)
    box, before = Toolbox(connection.systems), contents(path)
    database: Any = connection.systems["orders"].shop.database
    await database.read(lambda _: None)
    await asyncio.get_running_loop().run_in_executor(
        database._writer, lambda: database._connection().execute("PRAGMA max_page_count = 1")
    )
    ticket = {"subject": "x", "body": "y" * 20_000}
    with pytest.raises(Unavailable, match=r"full.*nothing changed"):
        for number in range(99):
            await box.write("tickets.create", ticket, customer_id=ANNA, key=f"k{number}")
    after = contents(path)
    assert {table for table in after if after[table] != before[table]} <= {
        "tickets",
        "notes",
        "writes",
        "sequences",
    }
    assert len(after["writes"]) == len(after["tickets"]) - len(before["tickets"])
    await connection.close()


async def test_a_closed_connection_lets_go_of_the_file(path: Path) -> None:
    """After close nothing of the connection is left beside the file."""
    connection = connect("embedded", {"database": path.name}, folder=path.parent)
    box = Toolbox(connection.systems)
    await box.write("orders.refund", REFUND, customer_id=ANNA, key="k")
    await connection.close()
    assert [each.name for each in path.parent.iterdir()] == ["shop.db"]


CENTS = st.integers(-200, 12_000)
KEYS = st.sampled_from(["a", "b", "c"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(KEYS, CENTS), max_size=8))
def test_any_order_of_refunds_and_repeats_keeps_the_books(calls: list[tuple[str, int]]) -> None:
    """Whatever is asked with whatever keys, each key pays once, and never more than was paid."""

    async def play(path: Path) -> None:
        box, paid = open_box(path), {}
        for key, cents in calls:
            amount = Money.from_minor(cents, "EUR")
            allowed = 0 < cents <= 10_440 - sum(paid.values())
            expected = paid[key] == cents if key in paid else allowed
            try:
                await box.write("orders.refund", REFUND | {"amount": amount}, customer_id=ANNA, key=key)
            except (InvalidArguments, Rejected):
                assert not expected
            else:
                assert expected
                paid[key] = cents
        order: Any = await box.read("orders.get", {"order_number": "1003"}, customer_id=ANNA)
        assert order.refunded.minor == sum(paid.values())
        assert len(rows(path, "SELECT * FROM writes")) == len(paid)

    with TemporaryDirectory() as folder:
        asyncio.run(play(fresh_shop(Path(folder))))


def test_no_error_of_sqlite_escapes(path: Path) -> None:
    """A file that breaks while it is in use ends in a ToolError, whatever SQLite says."""
    box = open_box(path)
    rows(path, "DROP VIEW free_slots")
    with pytest.raises(ToolError):
        asyncio.run(box.read("calendar.slots", {}, customer_id=None))
