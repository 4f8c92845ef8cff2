"""Looking through everything on record for words that must not be there any more."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from sqlalchemy import JSON, Column, ColumnElement, String, Table, cast, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator

from hybrid_agent.records.schema import metadata

AT_ONCE = 40
"""So many words are looked for in one statement."""


async def found(connection: AsyncConnection, words: Iterable[str]) -> Counter[str]:
    """In how many rows of which column (`table.column`) any of the words stands, as words of their own.

    Every column that holds text or JSON is read.
    """
    sought = sorted({word for word in words if word.strip()})
    counts = Counter[str]()
    for start in range(0, len(sought), AT_ONCE):
        part = sought[start : start + AT_ONCE]
        pattern = _whole(part)
        for table, column in places():
            text = cast(column, String)
            query = select(text).select_from(table).where(_holding(text, part))
            rows = [value for (value,) in await connection.execute(query) if pattern.search(value or "")]
            counts[f"{table.name}.{column.name}"] += len(rows)
    return +counts


def places() -> Iterator[tuple[Table, Column[object]]]:
    """Every column of ours that can hold words."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
            if isinstance(kind, String | JSON):
                yield table, column


def _holding(text: ColumnElement[str], words: Iterable[str]) -> ColumnElement[bool]:
    return or_(*(text.contains(form, autoescape=True) for word in words for form in _forms(word)))


def _whole(words: Iterable[str]) -> re.Pattern[str]:
    forms = sorted({form for word in words for form in _forms(word)}, key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(form)}(?!\w)" for form in forms))


def _forms(word: str) -> set[str]:
    """As it is, and as JSON writes it with and without its other letters spelt out."""
    plain = word.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return {plain, json.dumps(word)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1]}
