"""Whose a row of the shop is, and what the shop knows of persons, from its own tables."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from hybrid_agent_evals.worlds.rows import Place, Snapshot

CUSTOMERS = "customers"
"""The embedded connector's table of customers."""

CUSTOMER = "customer_id"
"""The column by which a table says whose its rows are."""

Keys = Mapping[str, Mapping[str, str]]
"""Table -> column -> the table whose row it names."""


def foreign_keys(shop: Path) -> Keys:
    """The references between the shop's tables, as the database declares them."""
    with closing(sqlite3.connect(f"file:{shop}?mode=ro", uri=True)) as connection:
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {
            table: {row[3]: row[2] for row in connection.execute(f"PRAGMA foreign_key_list({table})")}
            for table in tables
        }


def owner_of(place: Place, rows: Snapshot, keys: Keys) -> str | None:
    """The customer whose row it is, through whatever it belongs to; None for nobody's in particular."""
    table, row = place[0], rows.get(place)
    if row is None:
        return None
    if row.get(CUSTOMER) is not None:
        return str(row[CUSTOMER])
    if table in _people(keys):
        return place[1]
    owners = (owner_of((parent, str(row[column])), rows, keys) for column, parent in keys[table].items())
    return next((each for each in owners if each is not None), None)


def personal(rows: Snapshot, keys: Keys) -> Mapping[str, frozenset[str]]:
    """What tells who somebody is, by customer: names, e-mail addresses, telephone numbers, streets."""
    found: dict[str, set[str]] = {}
    people = _people(keys)
    for place, row in rows.items():
        texts = set(_telling(row, person=place[0] in people))
        owner = owner_of(place, rows, keys) if texts else None
        if owner is not None:
            found.setdefault(owner, set()).update(texts)
    return {owner: frozenset(texts) for owner, texts in found.items()}


def _people(keys: Keys) -> frozenset[str]:
    return frozenset(columns[CUSTOMER] for columns in keys.values() if CUSTOMER in columns)


def _telling(row: Mapping[str, Any], *, person: bool) -> Iterator[str]:
    if person:
        yield from (row[name] for name in ("name", "email", "phone") if row.get(name))
    if row.get("address"):
        address = json.loads(row["address"])
        yield from (address[name] for name in ("name", "line1", "line2") if address.get(name))
