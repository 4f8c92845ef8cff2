"""What every port of the embedded shop shares: sessions, the record of writes, and the rules."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random, SystemRandom
from typing import Any, Final, TypeVar

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from hybrid_agent_tools.embedded.database import Database
from hybrid_agent_tools.embedded.refusals import rejected

__all__ = ["Call", "Session", "Shop", "next_id", "stamp", "utc_now"]

T = TypeVar("T")
R = TypeVar("R", bound=BaseModel)

UNGUESSABLE: Final[Random] = SystemRandom()
"""What codes and links are drawn from, except where a run must be repeatable."""


def utc_now() -> datetime:
    """The time now, aware."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """The moment as the database keeps it: sortable text in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Session:
    """One transaction, the moment at which it takes place, and where its codes and links are drawn from."""

    tx: sqlite3.Connection
    now: datetime
    chance: Random = UNGUESSABLE

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.tx.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        return self.tx.execute(sql, values).fetchall()

    def run(self, sql: str, *values: object) -> None:
        self.tx.execute(sql, values)


@dataclass(frozen=True, slots=True)
class Call:
    """A write as it was asked for; the digest tells a repeat from another use of the same key."""

    operation: str
    key: str
    customer_id: str | None
    arguments: Mapping[str, Any]

    @property
    def digest(self) -> str:
        plain = json.dumps(to_jsonable_python(self.arguments), sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Shop:
    """The database, the clock and the chance that the ports work with."""

    database: Database
    clock: Callable[[], datetime]
    chance: Random = UNGUESSABLE

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run a read in a session of its own."""
        return await self.database.read(lambda tx: work(Session(tx, self.clock(), self.chance)))

    async def write(self, call: Call, result: type[R], act: Callable[[Session], R]) -> R:
        """Act once for the key, together with the record of it; a repeat returns the recorded result.

        Raises Rejected when the key was used for something else.
        """
        return await self.database.write(
            lambda tx: _once(Session(tx, self.clock(), self.chance), call, result, act)
        )

    async def written(
        self, operation: str, result: type[R], *, customer_id: str | None, key: str
    ) -> R | None:
        """The recorded result of the write with this key; None if there surely was none."""

        def look(tx: sqlite3.Connection) -> R | None:
            row = tx.execute(
                "SELECT result FROM writes WHERE key = ? AND operation = ? AND customer_id IS ?",
                (key, operation, customer_id),
            ).fetchone()
            return None if row is None else result.model_validate_json(row["result"])

        return await self.database.settled(look)


def next_id(session: Session, prefix: str) -> str:
    """The next readable id, `T-5001`; unique because a write holds the database."""
    row = session.one(
        "INSERT INTO sequences VALUES (?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last", prefix
    )
    assert row is not None
    return f"{prefix}-{row['last']}"


def _once(session: Session, call: Call, result: type[R], act: Callable[[Session], R]) -> R:
    row = session.one("SELECT * FROM writes WHERE key = ?", call.key)
    if row is None:
        done = act(session)
        values = (call.key, call.operation, call.customer_id, call.digest, done.model_dump_json())
        session.run("INSERT INTO writes VALUES (?, ?, ?, ?, ?, ?)", *values, stamp(session.now))
        return done
    if (row["operation"], row["customer_id"], row["arguments_digest"]) != (
        call.operation,
        call.customer_id,
        call.digest,
    ):
        raise rejected(
            "the key was used before for something else; nothing changed.",
            call.key,
            "Use a new key for a new action.",
        )
    return result.model_validate_json(row["result"])
