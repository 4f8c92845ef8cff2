"""Opening the records: addresses, versions, and databases that cannot be used."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from hybrid_agent.records import (
    BusyError,
    Records,
    RecordsError,
    UnavailableError,
    WrongDatabaseError,
    engines,
    events,
    open_records,
    urls,
)
from hybrid_agent.records.schema import VERSION

pytest_plugins = ("records_fixtures",)


async def open_and_close(url: str) -> None:
    """Open the records at an address and close them."""
    await (await open_records(url)).aclose()


async def test_opening_again_finds_the_same_records(url: str) -> None:
    """Making the tables is idempotent."""
    await open_and_close(url)
    async with await open_records(url) as records, records.read() as connection:
        assert await events.listing(connection) == []


async def test_many_may_open_a_new_database_at_once(url: str) -> None:
    """Whoever comes first makes the tables; the others wait and find them."""
    await asyncio.gather(*(open_and_close(url) for _ in range(6)))
    async with await open_records(url) as records, records.read() as connection:
        versions = await connection.execute(text("SELECT version FROM hybrid_agent_version"))
        assert versions.scalars().all() == [VERSION]


@pytest.mark.parametrize(("change", "advice"), [(1, "Upgrade hybrid-agent"), (-2, "Name a new database")])
async def test_another_version_is_refused_with_advice(url: str, change: int, advice: str) -> None:
    """Tables of an older or newer version are left alone, and the message says which it is."""
    async with await open_records(url) as records, records.write() as tx:
        await tx.execute(text(f"UPDATE hybrid_agent_version SET version = {VERSION + change}"))
    with pytest.raises(WrongDatabaseError, match=advice) as caught:
        await open_records(url)
    assert f"version {VERSION + change}" in str(caught.value)


async def test_a_file_that_is_no_database_is_refused_unharmed(tmp_path: Path) -> None:
    """The message names the file, and the file is as before."""
    file = tmp_path / "notes.txt"
    file.write_text("not a database\n" * 200)
    with pytest.raises(WrongDatabaseError, match=r"notes\.txt"):
        await open_records(f"sqlite:///{file}")
    assert file.read_text() == "not a database\n" * 200


async def test_a_read_only_database_is_told_at_once(tmp_path: Path) -> None:
    """What cannot be written is refused when it is opened, not at the first approval."""
    await open_and_close(f"sqlite:///{tmp_path}/records.db")
    with pytest.raises(UnavailableError, match="may not be written"):
        await open_records(f"sqlite:///file:{tmp_path}/records.db?mode=ro&uri=true")


async def test_a_locked_database_is_told_after_a_bounded_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that never ends makes opening fail, with the advice to look for it."""
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.1)
    await open_and_close(f"sqlite:///{tmp_path}/records.db")
    with closing(sqlite3.connect(tmp_path / "records.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError, match="keeps a transaction open"):
            await open_records(f"sqlite:///{tmp_path}/records.db")


async def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """The message says what to create."""
    with pytest.raises(UnavailableError, match="Create its folder"):
        await open_records(f"sqlite:///{tmp_path}/none/records.db")


def test_a_failed_opening_leaves_no_thread_behind(tmp_path: Path) -> None:
    """Nothing is left that would answer a loop that is gone, with a traceback for the user."""
    before = threading.active_count()
    with pytest.raises(UnavailableError):
        asyncio.run(open_records(f"sqlite:///{tmp_path}/none/records.db"))
    assert threading.active_count() == before


async def test_an_unreachable_server_is_told_without_the_password() -> None:
    """The message shows the address and never the password in it."""
    with pytest.raises(UnavailableError) as caught:
        await open_records("postgresql://user:secret@127.0.0.1:1/records")
    assert "127.0.0.1:1" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("records.db", "is no database address"),
        ("mysql://host/records", "mysql is not supported"),
        ("sqlite://", "need a file"),
        ("sqlite:///:memory:", "need a file"),
    ],
)
def test_an_address_that_cannot_serve_is_refused(address: str, says: str) -> None:
    """The message says what an address looks like."""
    with pytest.raises(RecordsError, match=says):
        urls.async_url(address)


@pytest.mark.parametrize(
    ("address", "served"),
    [
        ("sqlite:///records.db", "sqlite+aiosqlite:///records.db"),
        ("postgres://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgresql+psycopg://u@h/d?sslmode=require", "postgresql+asyncpg://u@h/d?ssl=require"),
    ],
)
def test_plain_addresses_get_their_async_driver(address: str, served: str) -> None:
    """What other tools call the database is enough."""
    assert urls.async_url(address).render_as_string() == served


def test_a_missing_driver_is_told_with_the_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without asyncpg a PostgreSQL address names what to install."""
    monkeypatch.setattr(urls, "find_spec", lambda name: None)
    with pytest.raises(RecordsError, match=r"pip install 'hybrid-agent\[postgres\]'"):
        urls.async_url("postgresql://host/records")


async def test_closed_records_say_so(records: Records) -> None:
    """Closing twice is harmless; using closed records is an error of this room."""
    await records.aclose()
    await records.aclose()
    with pytest.raises(UnavailableError, match="already closed"):
        async with records.read():
            pass
