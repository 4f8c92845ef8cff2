"""The rows under construction, and the draws they are made with."""

import random
import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hybrid_agent_tools.embedded.shop import stamp

__all__ = ["Build"]


@dataclass(frozen=True, slots=True)
class Build:
    """A sample in the making: its moment, its random numbers, its rows by table, its numbering."""

    now: datetime
    draw: random.Random
    rows: dict[str, list[tuple[object, ...]]] = field(default_factory=lambda: defaultdict(list))
    last: Counter[str] = field(default_factory=Counter)

    def add(self, table: str, *values: object) -> None:
        self.rows[table].append(values)

    def id(self, prefix: str) -> str:
        self.last[prefix] += 1
        return f"{prefix}-{self.last[prefix]}"

    def ago(self, **span: float) -> datetime:
        return self.now - timedelta(**span)

    def at(self, **span: float) -> str:
        return stamp(self.ago(**span))

    def digits(self, pattern: str) -> str:
        return "".join(str(self.draw.randrange(10)) if sign == "#" else sign for sign in pattern)

    def save(self, connection: sqlite3.Connection) -> None:
        """Write all rows, parents first, and the numbering where it ended."""
        for table, rows in self.rows.items():
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our own names
        connection.executemany("INSERT INTO sequences VALUES (?, ?)", self.last.items())
