"""Whose conversation it is: the bot's, or one person's."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records import approvals, hand_offs, messages
from hybrid_agent.records.models import ApprovalStatus, Ownership, Taken
from hybrid_agent.records.rows import model, upsert
from hybrid_agent.records.schema import Relaxed, Transaction, conversations, owners
from hybrid_agent.records.schema import approvals as decisions
from hybrid_agent.records.schema import messages as said


async def owner(connection: AsyncConnection, thread: str) -> Ownership:
    """Who has the conversation; the bot, if nobody ever took it."""
    row = (await connection.execute(select(owners).where(owners.c.thread == thread))).first()
    return Ownership(thread=thread) if row is None else model(Ownership, row)


async def held(tx: Relaxed, thread: str) -> Ownership:
    """Who has the conversation; until the transaction ends nobody takes it, gives it back or speaks in it."""
    await _one_at_a_time(tx, thread)
    return await owner(tx, thread)


async def _one_at_a_time(tx: Relaxed, thread: str) -> None:
    """SQLite has one writer anyway; PostgreSQL locks the conversation, as whoever speaks in it does."""
    if tx.dialect.name == "postgresql":
        this = conversations.c.thread == thread
        await tx.execute(select(conversations.c.thread).where(this).with_for_update())


async def _after_decisions(tx: Transaction, thread: str) -> None:
    """Whoever decides locks the approval, then the conversation: in another order two would wait for ever."""
    if tx.dialect.name == "postgresql":
        pending = decisions.c.status == ApprovalStatus.PENDING
        query = select(decisions.c.id).where(decisions.c.thread == thread, pending)
        await tx.execute(query.order_by(decisions.c.id).with_for_update())


class Standing(NamedTuple):
    """Who has a conversation, whether a hand-off of it waits, and the mark of what others said last in it."""

    ownership: Ownership
    waiting: bool
    said: str | None


async def standing(connection: AsyncConnection, thread: str) -> Standing:
    """How a conversation stands for the bot: every turn asks, so in one round trip."""
    waiting, said, person, since, by = (await connection.execute(_standing(), {"thread": thread})).one()
    return Standing(Ownership(thread=thread, person=person, since=since, changed_by=by), bool(waiting), said)


@cache
def _standing() -> Select[Any]:
    """Built once: building it takes as long as running it."""
    thread = bindparam("thread", type_=String)
    columns = (owners.c.person, owners.c.since, owners.c.changed_by)
    values = [select(each).where(owners.c.thread == thread).scalar_subquery() for each in columns]
    by_others = select(said.c.mark).where(said.c.thread == thread, messages.by_others())
    last = by_others.order_by(said.c.id.desc()).limit(1).scalar_subquery()
    return select(hand_offs.waiting(thread), last, *values)


async def taken(connection: AsyncConnection) -> list[Ownership]:
    """The conversations that people have, the longest-held first."""
    found = await connection.execute(
        select(owners).where(owners.c.person.is_not(None)).order_by(owners.c.since)
    )
    return [model(Ownership, row) for row in found]


async def take(tx: Transaction, thread: str, *, by: str, now: datetime) -> Taken:
    """Take the conversation from the bot; not from a colleague, who has to give it back first.

    Pending approvals of the conversation are withdrawn. Taking what one has already is a sign of life.
    """
    await _after_decisions(tx, thread)
    await _one_at_a_time(tx, thread)
    values = {"person": by, "since": now, "changed_by": by, "heard": now}
    adding = upsert(tx, owners).values(thread=thread, **values)
    from_bot = adding.on_conflict_do_update(
        index_elements=["thread"], set_=values, where=owners.c.person.is_(None)
    )
    if (await tx.execute(from_bot.returning(owners))).first() is None:
        alive = await renew(tx, thread, by=by, now=now)
        return Taken(done=alive, changed=False, ownership=await owner(tx, thread))
    withdrawn = await approvals.withdraw(
        tx, thread=thread, by=by, reason="the conversation was taken over", now=now
    )
    return Taken(done=True, changed=True, ownership=await owner(tx, thread), withdrawn=tuple(withdrawn))


async def release(tx: Transaction, thread: str, *, by: str, now: datetime) -> Taken:
    """Give the conversation back to the bot; only whoever has it can. Repeating it is harmless."""
    return await _given_back(tx, thread, owners.c.person == by, by=by, now=now)


async def give_up(tx: Transaction, thread: str, *, idle_since: datetime, by: str, now: datetime) -> Taken:
    """Take the conversation from a person who gave no sign of life since `idle_since`, for the bot."""
    return await _given_back(tx, thread, _is_idle(idle_since), by=by, now=now)


async def renew(tx: Relaxed, thread: str, *, by: str, now: datetime) -> bool:
    """A sign of life from whoever has the conversation; False where it is not theirs."""
    mine = update(owners).where(owners.c.thread == thread, owners.c.person == by)
    return (await tx.execute(mine.values(heard=now).returning(owners.c.thread))).first() is not None


async def idle(connection: AsyncConnection, *, before: datetime) -> list[Ownership]:
    """The conversations of people whose last sign of life was before this, the longest silent first."""
    found = await connection.execute(select(owners).where(_is_idle(before)).order_by(_heard()))
    return [model(Ownership, row) for row in found]


def _heard() -> ColumnElement[datetime]:
    return func.coalesce(owners.c.heard, owners.c.since)


def _is_idle(before: datetime) -> ColumnElement[bool]:
    return and_(owners.c.person.is_not(None), _heard() < before)


async def _given_back(
    tx: Transaction, thread: str, whose: ColumnElement[bool], *, by: str, now: datetime
) -> Taken:
    await _one_at_a_time(tx, thread)
    given = await tx.execute(
        update(owners)
        .where(owners.c.thread == thread, whose)
        .values(person=None, since=now, changed_by=by, heard=None)
        .returning(owners.c.thread)
    )
    changed = given.first() is not None
    standing = await owner(tx, thread)
    return Taken(done=standing.person is None, changed=changed, ownership=standing)
