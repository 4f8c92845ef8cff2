"""What the tests of the embedded shop share: a moment, a fresh sample on disk, and a look into the file."""

import atexit
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hybrid_agent_tools import Toolbox
from hybrid_agent_tools.embedded import open_shop
from hybrid_agent_tools.embedded.sample import create_sample_shop

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANNA, OLIVER = "C-1001", "C-1002"


@cache
def _sample() -> Path:
    folder = mkdtemp(prefix="sample-")
    atexit.register(shutil.rmtree, folder)
    return create_sample_shop(Path(folder) / "shop.db", now=NOW)


def fresh_shop(folder: Path) -> Path:
    """A copy of the sample that a test may change."""
    return Path(shutil.copy(_sample(), folder / "shop.db"))


def open_box(path: Path, now: datetime = NOW, busy_timeout: float = 5.0) -> Toolbox:
    """A toolbox on the shop, whose clock stands still."""
    return Toolbox(open_shop(path, clock=lambda: now, busy_timeout=busy_timeout).systems)


def rows(path: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What the file holds, seen past the connector."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        return connection.execute(sql, values).fetchall()


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, to see that nothing changed."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {
            table: connection.execute(f"SELECT * FROM {table}").fetchall() for (table,) in tables.fetchall()
        }
