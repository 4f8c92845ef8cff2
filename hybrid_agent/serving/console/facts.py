"""What a system of record said, as tables that a person can read at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from hybrid_agent.serving.console import words

PLAIN_PARTS = ({"amount", "currency"}, {"number", "unit"})
"""The fields of values that are written as one, such as money."""


@dataclass(frozen=True, slots=True)
class Table:
    """A list of records: the fields that any of them has as columns."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """What was read from `source`, and when; the record's own fields as rows, its lists as tables."""

    name: str
    source: str
    at: str
    rows: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]


def fact(name: str, source: str, data: JsonValue, at: str, zone: str) -> Fact:
    """A record for the page; `at` is ISO 8601, or empty where it is not known."""
    fields = data if isinstance(data, dict) else {"": data}
    plain = {key: each for key, each in fields.items() if not _listed(each)}
    return Fact(
        name=words.heading(name),
        source=source,
        at=words.moment(datetime.fromisoformat(at), zone) if at else "",
        rows=tuple(words.rows(plain)),
        tables=tuple(_table(key, each) for key, each in fields.items() if _listed(each)),
    )


def _listed(data: JsonValue) -> bool:
    return isinstance(data, list) and any(isinstance(each, dict) for each in data)


def _table(name: str, records: JsonValue) -> Table:
    found: Sequence[dict[str, JsonValue]] = [
        each for each in (records if isinstance(records, list) else []) if isinstance(each, dict)
    ]
    columns = dict.fromkeys(key for each in found for key, value in each.items() if _short(value))
    return Table(
        heading=words.heading(name),
        columns=tuple(words.heading(each) for each in columns),
        rows=tuple(tuple(words.value(each.get(key)) for key in columns) for each in found),
    )


def _short(data: JsonValue) -> bool:
    """Whether a value fits into a table's cell."""
    if isinstance(data, dict):
        return set(data) in PLAIN_PARTS or "line1" in data
    return data not in (None, "", []) and not isinstance(data, list)
