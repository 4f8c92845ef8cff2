"""Looking for conversations, and who decided what, when, on what."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Select, String, Subquery, cast, literal, null, or_, select, union_all
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.frozen import Frozen
from hybrid_agent.records.columns import Data
from hybrid_agent.records.rows import model
from hybrid_agent.records.schema import approvals, conversations, hand_offs, messages, signatures

WITHIN = 100_000
"""So many of the newest messages are read when their words are looked for."""

SHORTEST = 3
"""Shorter texts are looked for as whole ids only: they would be found everywhere."""

AROUND = 60
"""So many characters are shown before and after the words that were found."""


class Found(Frozen):
    """A conversation that matches: where (`customer`, `conversation`, `message`, `approval`, `hand_off`) and
    with which words."""

    thread: str
    customer_id: str | None
    last_at: datetime
    where: str
    words: str


class Deed(Frozen):
    """A decision on record: an approval's outcome, a hand-off that was closed, or one of several approvals
    (`signed`) that did not decide alone. It is nobody's if time decided."""

    id: str
    kind: str
    outcome: str
    thread: str
    customer_id: str | None
    intent: str | None
    summary: str
    by: str | None
    at: datetime
    reason: str | None
    decision: JsonValue = None


async def search(connection: AsyncConnection, text: str, *, limit: int = 50) -> list[Found]:
    """Conversations by customer, id, what was said (of the newest `WITHIN` messages) or what was to be done.

    One row a conversation, the latest first within the places in which the text was found. Case does not
    count where the database thinks so; `%` and `_` mean themselves.
    """
    sought = text.strip()
    if not sought:
        return []
    found: dict[str, Found] = {}
    for where, query in _places(sought):
        for row in await connection.execute(query.limit(limit)):
            found.setdefault(row.thread, _found(row, where, sought))
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


async def history(
    connection: AsyncConnection,
    *,
    thread: str | None = None,
    by: str | None = None,
    before: datetime | None = None,
    limit: int = 50,
) -> list[Deed]:
    """What was decided, the latest first: in a conversation, by a person, or before a time."""
    kinds = (_decided().subquery(), _signed().subquery(), _closed().subquery())
    latest = [_latest(each, thread, by, before, limit).subquery() for each in kinds]
    done = union_all(*(select(each) for each in latest)).subquery()
    query = select(done).order_by(done.c.at.desc(), done.c.id).limit(limit)
    return [model(Deed, row) for row in await connection.execute(query)]


def _places(sought: str) -> Iterator[tuple[str, Select[Any]]]:
    known = conversations.c
    latest = select(known.thread, known.customer_id, known.last_at).order_by(known.last_at.desc())
    exact = or_(known.customer_id == sought, known.owner == sought)
    yield "customer", latest.add_columns(known.customer_id.label("words")).where(exact)
    yield "conversation", latest.add_columns(known.thread.label("words")).where(known.thread == sought)
    if len(sought) < SHORTEST:
        return
    for where, table in (("approval", approvals), ("hand_off", hand_offs)):
        at = table.c.created if table is approvals else table.c.opened
        columns = (table.c.thread, table.c.customer_id, at.label("last_at"), table.c.summary.label("words"))
        yield where, select(*columns).where(_like(table.c.summary, sought)).order_by(at.desc())
    newest = select(messages).order_by(messages.c.id.desc()).limit(WITHIN).subquery()
    said = select(
        newest.c.thread, known.customer_id, newest.c.at.label("last_at"), newest.c.text.label("words")
    )
    joined = said.outerjoin_from(newest, conversations, known.thread == newest.c.thread)
    yield "message", joined.where(_like(newest.c.text, sought)).order_by(newest.c.id.desc())


def _like(column: ColumnElement[str], sought: str) -> ColumnElement[bool]:
    return column.icontains(sought, autoescape=True)


def _found(row: Row[Any], where: str, sought: str) -> Found:
    return Found(
        thread=row.thread,
        customer_id=row.customer_id,
        last_at=row.last_at,
        where=where,
        words=_around(row.words or "", sought),
    )


def _around(text: str, sought: str) -> str:
    place = max(text.lower().find(sought.lower()), 0)
    begin, end = max(place - AROUND, 0), place + len(sought) + AROUND
    return f"{'…' * (begin > 0)}{text[begin:end]}{'…' * (end < len(text))}"


def _latest(
    done: Subquery, thread: str | None, by: str | None, before: datetime | None, limit: int
) -> Select[Any]:
    """The latest of one kind: each kind has an index by time, all together have none."""
    query = select(done).order_by(done.c.at.desc(), done.c.id).limit(limit)
    wanted = ((done.c.thread, thread), (done.c.by, by))
    query = query.where(*(column == value for column, value in wanted if value is not None))
    return query if before is None else query.where(done.c.at < before)


def _decided() -> Select[Any]:
    row = approvals.c
    shown = (row.id, literal("approval").label("kind"), row.status.label("outcome"), row.thread)
    what = (row.customer_id, row.intent, row.summary, row.decided_by.label("by"), row.decided_at.label("at"))
    return select(*shown, *what, row.reason, row.decision).where(row.decided_at.is_not(None))


def _signed() -> Select[Any]:
    row, name = approvals.c, signatures.c
    shown = (row.id, literal("approval").label("kind"), literal("signed").label("outcome"), row.thread)
    what = (row.customer_id, row.intent, row.summary, name.by, name.at, name.reason)
    nothing = cast(null(), Data).label("decision")
    decided = row.decided_by.is_not_distinct_from(name.by)
    return select(*shown, *what, nothing).where(row.id == name.approval_id, ~decided)


def _closed() -> Select[Any]:
    row = hand_offs.c
    shown = (row.id, literal("hand_off").label("kind"), row.status.label("outcome"), row.thread)
    what = (row.customer_id, row.intent, row.summary, row.closed_by.label("by"), row.closed.label("at"))
    nothing = (cast(null(), String).label("reason"), cast(null(), Data).label("decision"))
    return select(*shown, *what, *nothing).where(row.closed.is_not(None))
