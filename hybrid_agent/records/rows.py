"""Rows as models, and the insert that both databases can do twice without harm."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Table, func, literal, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records.schema import effects

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

Model = TypeVar("Model", bound=BaseModel)


def model(kind: type[Model], row: Row[Any]) -> Model:
    """One row as a frozen model."""
    return kind.model_validate(dict(row._mapping))


def maybe(kind: type[Model], row: Row[Any] | None) -> Model | None:
    """One row as a frozen model, or None for none."""
    return None if row is None else model(kind, row)


def upsert(tx: AsyncConnection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """An INSERT with ON CONFLICT in the dialect at hand."""
    if tx.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


async def add_once(tx: AsyncConnection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row unless its primary key is there already."""
    await tx.execute(upsert(tx, table).values(**values).on_conflict_do_nothing(index_elements=["id"]))


async def one_at_a_time(tx: AsyncConnection, customer_id: str | None, digest: str) -> None:
    """Let no other transaction decide about the same write until this one ends.

    SQLite has one writer anyway; PostgreSQL takes an advisory lock on the hash of customer and digest.
    """
    await one_at_a_time_under(tx, f"{customer_id or ''}:{digest}")


async def one_at_a_time_under(tx: AsyncConnection, *keys: str) -> None:
    """The same for whatever else these keys name; they are locked in one order, whatever the order given."""
    if tx.dialect.name == "postgresql":
        for key in sorted(keys):
            await tx.execute(select(_lock(literal(key))))


async def one_at_a_time_by_id(tx: AsyncConnection, action_id: str) -> None:
    """The same for an action that is on record."""
    if tx.dialect.name == "postgresql":
        key = func.coalesce(effects.c.customer_id, "") + ":" + effects.c.digest
        await tx.execute(select(_lock(key)).where(effects.c.id == action_id))


def _lock(key: ColumnElement[str]) -> ColumnElement[None]:
    return func.pg_advisory_xact_lock(func.hashtextextended(key, 0))
