"""The shop's database of a case: changes to its starting state, and what is different at the end."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.frozen import Frozen

BOOKS = ("writes", "attempts", "sequences", "settings")
"""Tables in which the connector keeps its own books: they say nothing of the shop."""


class RowChange(Frozen):
    """A row that is new (`before` None), gone (`after` None) or changed: both hold what differs.

    `owner` is the customer whose it is, None for nobody's in particular.
    """

    table: str
    key: str
    before: Mapping[str, JsonValue] | None
    after: Mapping[str, JsonValue] | None
    owner: str | None = None


Place = tuple[str, str]
"""A row's table and key."""

Snapshot = Mapping[Place, Mapping[str, Any]]
"""Every row of the shop by table and key."""


def change_rows(
    shop: Path, changes: Mapping[str, Mapping[str, Mapping[str, Any] | None]], where: str
) -> None:
    """Change, add (all columns given) or remove rows. Raises ConfigurationError for what does not fit."""
    if not changes:
        return
    with closing(sqlite3.connect(shop)) as connection, connection:
        tables = _tables(connection)
        for table, rows in changes.items():
            if table not in tables:
                raise ConfigurationError(
                    f"shop.{table}: there is no such table",
                    where=where,
                    advice=f"Choose from {', '.join(tables)}.",
                )
            for key, columns in rows.items():
                _change(connection, table, tables[table], key, columns, where)


def snapshot(shop: Path) -> Snapshot:
    """All rows as they stand now."""
    with closing(sqlite3.connect(f"file:{shop}?mode=ro", uri=True)) as connection:
        return dict(_rows(connection))


def differences(
    before: Snapshot, after: Snapshot, owner: Callable[[Place], str | None]
) -> tuple[RowChange, ...]:
    """The rows that differ, in the order of table and key; `owner` says whose a row is."""
    changed = sorted(
        {place for place, row in before.items() if after.get(place) != row} | (after.keys() - before.keys())
    )
    return tuple(_difference(place, before.get(place), after.get(place), owner(place)) for place in changed)


def _difference(
    place: Place, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, owner: str | None
) -> RowChange:
    if old is None or new is None:
        return RowChange(table=place[0], key=place[1], before=old, after=new, owner=owner)
    names = [name for name in new if old[name] != new[name]]
    return RowChange(
        table=place[0],
        key=place[1],
        before={n: old[n] for n in names},
        after={n: new[n] for n in names},
        owner=owner,
    )


def _tables(connection: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """The shop's tables with their primary keys."""
    names = [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    ]
    return {
        name: tuple(row[1] for row in connection.execute(f"PRAGMA table_info({name})") if row[5])
        for name in names
        if name not in BOOKS and not name.startswith("sqlite_")
    }


def _rows(connection: sqlite3.Connection) -> Iterator[tuple[Place, dict[str, Any]]]:
    for table, primary in _tables(connection).items():
        found = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - names are the database's own
        names = [column[0] for column in found.description]
        places = [names.index(each) for each in primary]
        for row in found:
            yield (table, "/".join([str(row[each]) for each in places])), dict(zip(names, row, strict=True))


def _change(
    connection: sqlite3.Connection,
    table: str,
    primary: tuple[str, ...],
    key: str,
    columns: Mapping[str, Any] | None,
    where: str,
) -> None:
    known = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    if columns is not None and (unknown := sorted(set(columns) - set(known))):
        raise ConfigurationError(
            f"shop.{table}.{key}: there is no column {', '.join(unknown)}",
            where=where,
            advice=f"Choose from {', '.join(known)}.",
        )
    parts = key.split("/") if len(primary) > 1 else [key]
    if len(parts) != len(primary):
        raise ConfigurationError(
            f"shop.{table}.{key}: a row of {table} has the key {'/'.join(primary)}",
            where=where,
            advice="Write all of its parts.",
        )
    values = dict(zip(primary, parts, strict=True))
    test = " AND ".join(f"{name} = ?" for name in values)
    there = connection.execute(f"SELECT 1 FROM {table} WHERE {test}", tuple(values.values())).fetchone()  # noqa: S608
    try:
        if columns is None:
            connection.execute(f"DELETE FROM {table} WHERE {test}", tuple(values.values()))  # noqa: S608
        elif there:
            sets = ", ".join(f"{name} = ?" for name in columns)
            connection.execute(
                f"UPDATE {table} SET {sets} WHERE {test}",  # noqa: S608
                (*columns.values(), *values.values()),
            )
        else:
            row = {**values, **columns}
            places = ", ".join("?" * len(row))
            connection.execute(
                f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})",  # noqa: S608
                tuple(row.values()),
            )
    except sqlite3.Error as error:
        raise ConfigurationError(
            f"shop.{table}.{key}: {error}",
            where=where,
            advice="Give every column that a new row needs, each with a value of its kind.",
        ) from error
