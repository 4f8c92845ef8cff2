"""Erasing what is personal: conversations go, and of what was done only stays that it was done.

    async with records.write() as tx, erasing.erasure(tx, why=Reason.FORGOTTEN, by="ruth", now=now) as counts:
        counts.update(await erasing.erase(tx, threads, salt="..."))

An erasure is on record itself; only while one is open in a transaction may that transaction change events.
"""

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    Table,
    and_,
    case,
    delete,
    insert,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records.models import EffectStatus
from hybrid_agent.records.schema import (
    ERASED,
    Relaxed,
    Transaction,
    approvals,
    conversations,
    effects,
    erasures,
    events,
    hand_offs,
    messages,
    owners,
    signatures,
)

GONE = (messages, hand_offs, owners, conversations)
"""Tables whose rows about a conversation are removed."""

KEPT = frozenset(
    {
        *("action_id", "approval_id", "operation", "decision", "status", "outcome", "path", "failure"),
        *("reasons", "waited_s", "model", "tokens_in", "tokens_out", "cost", "score", "citations"),
        *("enough_context", "customer_repeated", "suggestion_right"),
    }
)
"""Fields of an event's data that say nothing of a person: the numbers of the service are made of them."""

FINAL = (EffectStatus.SUCCEEDED, EffectStatus.FAILED, EffectStatus.DROPPED)
UNFINISHED = (EffectStatus.APPROVED, EffectStatus.EXECUTING, EffectStatus.UNKNOWN)


class Reason(StrEnum):
    """Why something was erased."""

    FORGOTTEN = "forgotten"
    KEPT_LONG_ENOUGH = "kept long enough"


@asynccontextmanager
async def erasure(
    tx: Transaction, *, why: Reason, by: str, now: datetime, of: str | None = None
) -> AsyncIterator[Counter[str]]:
    """Open an erasure for the rest of this block; the counts that it is given are put on record with it.

    `of` is the fingerprint of who is forgotten.
    """
    begun = {"of": of, "why": why, "by": by, "begun": now}
    opened = (await tx.execute(insert(erasures).values(begun).returning(erasures.c.id))).scalar_one()
    counts = Counter[str]()
    yield counts
    closing = update(erasures).where(erasures.c.id == opened).values(ended=now, counts=dict(counts))
    await tx.execute(closing)


def fingerprint(customer_id: str, at: datetime) -> str:
    """What an erasure keeps of whom it forgot: not the id, but whoever has ids can try which one it was."""
    return hashlib.sha256(f"{at.isoformat()}\n{customer_id}".encode("utf-8", "surrogatepass")).hexdigest()


async def threads_of(connection: AsyncConnection, customer_id: str) -> list[str]:
    """Every conversation on record that is, or was, this customer's."""
    known = [
        select(table.c.thread).where(table.c.customer_id == customer_id)
        for table in (conversations, hand_offs, approvals, effects, events)
    ]
    owned = select(conversations.c.thread).where(conversations.c.owner == customer_id)
    found = await connection.execute(union(*known, owned))
    return sorted(thread for (thread,) in found)


async def ended_before(connection: AsyncConnection, *, before: datetime, limit: int) -> list[str]:
    """Conversations in which nothing was said since, and nothing waits; the oldest first."""
    quiet = conversations.c.last_at < before
    query = select(conversations.c.thread).where(quiet, ~_waits_in(conversations.c.thread))
    found = await connection.execute(query.order_by(conversations.c.last_at).limit(limit))
    return [thread for (thread,) in found]


async def in_the_way(connection: AsyncConnection, threads: Collection[str]) -> list[str]:
    """In words: what is still going on in these conversations, for which they cannot be erased yet."""
    pending = approvals.c.status == "pending"
    waiting = await _ids(connection, approvals, and_(approvals.c.thread.in_(threads), pending))
    begun = effects.c.status.in_(UNFINISHED)
    unfinished = await connection.execute(
        select(effects.c.id, effects.c.status).where(effects.c.thread.in_(threads), begun)
    )
    return [
        *(f"approval {each} is pending: decide it first" for each in waiting),
        *(f"action {row.id} is {row.status}: its outcome has to be known first" for row in unfinished),
    ]


async def erase(tx: Transaction, threads: Sequence[str], *, salt: str) -> Counter[str]:
    """Remove these conversations and make anonymous what was done in them; rows by table.

    What stays has another name for the conversation, the same for all of it, made with the salt.
    """
    counts = Counter[str]()
    for thread in threads:
        alias = f"{ERASED}-{_hash(salt, thread)}"
        for table in GONE:
            counts[f"{table.name} removed"] += await _count(tx, delete(table).where(table.c.thread == thread))
        for table, values in _anonymous().items():
            here = update(table).where(table.c.thread == thread).values(thread=alias, **values)
            counts[f"{table.name} made anonymous"] += await _count(tx, here)
        counts[f"{signatures.name} made anonymous"] += await _count(tx, _unexplained(alias))
        counts[f"{events.name} made anonymous"] += await _of_nobody(tx, thread, alias, salt)
        for column in (effects.c.approved_by, approvals.c.decided_by):
            await tx.execute(_by_nobody(column, alias))
    return +counts


async def remove_before(tx: Transaction, before: datetime) -> Counter[str]:
    """Remove what was done and happened before a time, where it is at an end; rows by table."""
    old = select(effects.c.id).where(effects.c.updated < before, effects.c.status.in_(FINAL))
    of_old = select(approvals.c.id).where(approvals.c.action_id.in_(old))
    removed = {
        signatures: delete(signatures).where(signatures.c.approval_id.in_(of_old)),
        approvals: delete(approvals).where(approvals.c.action_id.in_(old)),
        effects: delete(effects).where(effects.c.id.in_(old)),
        events: delete(events).where(events.c.at < before),
    }
    return +Counter({f"{table.name} removed": await _count(tx, each) for table, each in removed.items()})


def _waits_in(thread: ColumnElement[str]) -> ColumnElement[bool]:
    pending = select(approvals.c.id).where(approvals.c.thread == thread, approvals.c.status == "pending")
    begun = select(effects.c.id).where(effects.c.thread == thread, effects.c.status.in_(UNFINISHED))
    passed = select(hand_offs.c.id).where(hand_offs.c.thread == thread, hand_offs.c.status == "open")
    held = select(owners.c.thread).where(owners.c.thread == thread, owners.c.person.is_not(None))
    return or_(*(each.exists() for each in (pending, begun, passed, held)))


def _anonymous() -> dict[Table, dict[str, Any]]:
    nobody = {"customer_id": None, "digest": ERASED}
    done: dict[str, Any] = {"arguments": {}, "sources": {}, "result": None, "error": None, "note": None}
    asked: dict[str, Any] = {"payload": {}, "decision": None, "reason": None}
    return {
        effects: {
            **nobody,
            **done,
            "summary": effects.c.operation,
            "request_id": ERASED,
            "key": ERASED,
            "status": _given_up(),
        },
        approvals: {**nobody, **asked, "summary": approvals.c.operation},
    }


def _given_up() -> ColumnElement[str]:
    """What nobody had agreed to yet is dropped."""
    proposed = effects.c.status == EffectStatus.PROPOSED
    return case((proposed, EffectStatus.DROPPED.value), else_=effects.c.status)


def _by_nobody(column: Column[Any], alias: str) -> Any:
    """The customer's own yes, or no, names the customer."""
    here = and_(column.table.c.thread == alias, column.startswith("customer:"))
    return update(column.table).where(here).values({column.name: "customer"})


def _unexplained(alias: str) -> Any:
    mine = select(approvals.c.id).where(approvals.c.thread == alias)
    here = signatures.c.approval_id.in_(mine)
    return update(signatures).where(here).values(reason="", digest=ERASED)


async def _of_nobody(tx: Relaxed, thread: str, alias: str, salt: str) -> int:
    rows = (await tx.execute(_happened().where(events.c.thread == thread))).all()
    for row in rows:
        turn = f"{ERASED}-{_hash(salt, row.turn)}" if row.turn else ""
        values = {
            "thread": alias,
            "customer_id": None,
            "turn": turn,
            "mark": f"{ERASED}-{_hash(salt, row.mark)}",
            "data": {name: value for name, value in row.data.items() if name in KEPT},
        }
        await tx.execute(update(events).where(events.c.id == row.id).values(values))
    return len(rows)


def _happened() -> Select[Any]:
    return select(events.c.id, events.c.turn, events.c.mark, events.c.data)


def _hash(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


async def _ids(connection: AsyncConnection, table: Table, where: ColumnElement[bool]) -> list[str]:
    return [each for (each,) in await connection.execute(select(table.c.id).where(where))]


async def _count(tx: Relaxed, statement: Any) -> int:
    return int((await tx.execute(statement)).rowcount)
