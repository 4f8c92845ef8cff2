"""What changed in a SQLite file between two moments, whatever its tables are."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
Tables = Mapping[str, Mapping[tuple[Any, ...], Row]]
"""Rows by table and key."""

SQLITE_MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is new, gone or otherwise; `fields` holds each value before and after (None: none)."""

    table: str
    key: tuple[Any, ...]
    what: str
    fields: Mapping[str, tuple[Any, Any]]


def is_database(file: Path) -> bool:
    """Whether the file is a SQLite database."""
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        return opened.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC


def read_tables(file: Path) -> Tables:
    """Every row of every table, read in one transaction."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("BEGIN")
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        ).fetchall()
        return {name: dict(_rows(connection, name)) for (name,) in names}


def changes(before: Tables, after: Tables) -> list[Change]:
    """What is different, by table and key."""
    return [
        change
        for table in sorted({*before, *after})
        for change in _of_table(table, before.get(table, {}), after.get(table, {}))
    ]


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[tuple[tuple[Any, ...], Row]]:
    quoted = '"' + table.replace('"', '""') + '"'
    columns = connection.execute(f"PRAGMA table_info({quoted})").fetchall()
    key = [each[1] for each in sorted(columns, key=lambda each: each[5]) if each[5]]
    names = [each[1] for each in columns]
    chosen = "*" if key else "rowid, *"
    for values in connection.execute(f"SELECT {chosen} FROM {quoted}"):  # noqa: S608 - names from the schema
        row = dict(zip(names, values if key else values[1:], strict=True))
        yield tuple(row[name] for name in key) if key else values[:1], row


def _of_table(table: str, before: Mapping[Any, Row], after: Mapping[Any, Row]) -> Iterator[Change]:
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        was, now = _flat(old or {}), _flat(new or {})
        fields = {name: (was.get(name), now.get(name)) for name in {**was, **now}}
        different = {name: pair for name, pair in fields.items() if pair[0] != pair[1]}
        yield Change(table, key, "new" if old is None else "gone" if new is None else "changed", different)


def _flat(row: Row) -> dict[str, Any]:
    """The row with JSON objects in it taken apart."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        inner = _json_object(value)
        flat.update({f"{name}.{each}": inner[each] for each in inner} if inner else {name: value})
    return flat


def _json_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, str) or not value.startswith("{"):
        return {}
    try:
        found = json.loads(value)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def watched(folder: Path, settings: Sequence[Mapping[str, Any]]) -> list[Path]:
    """The databases of the connected systems: whatever their settings name that is a SQLite file."""
    named = [value for each in settings for value in each.values() if isinstance(value, str)]
    return [folder / value for value in named if is_database(folder / value)]
