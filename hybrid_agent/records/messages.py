"""The conversations and what was said in them, by whomever: what customers and staff are shown.

The graph's checkpoints are the bot's memory; this is the transcript, of bot and people alike.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records.errors import UnknownRecordError
from hybrid_agent.records.models import By, Conversation, Message, Said
from hybrid_agent.records.rows import maybe, model, upsert
from hybrid_agent.records.schema import Relaxed, conversations, messages

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

TOLD = "told:"
"""What the mark of a message begins with that the bot said while no run of it was going on."""


async def open_conversation(
    tx: Relaxed, thread: str, *, owner: str, customer_id: str | None, now: datetime
) -> Conversation | None:
    """Enter a conversation, or that it is gone on with; None where it is another customer's.

    An anonymous one becomes the customer's who goes on with it.
    """
    values = {"thread": thread, "owner": owner, "customer_id": customer_id, "opened": now, "last_at": now}
    adding = upsert(tx, conversations).values(**values)
    known = values if customer_id else {}
    going_on = adding.on_conflict_do_update(
        index_elements=["thread"],
        set_={name: known[name] for name in ("owner", "customer_id") if name in known} | {"last_at": now},
        where=or_(conversations.c.customer_id.is_(None), conversations.c.customer_id == customer_id),
    )
    return maybe(Conversation, (await tx.execute(going_on.returning(conversations))).first())


async def conversation(connection: AsyncConnection, thread: str) -> Conversation | None:
    """A conversation, if there is one of this id."""
    query = select(conversations).where(conversations.c.thread == thread)
    return maybe(Conversation, (await connection.execute(query)).first())


async def of_owner(connection: AsyncConnection, owner: str, *, limit: int) -> list[Conversation]:
    """The conversations that somebody began, the one with the latest word first."""
    query = select(conversations).where(conversations.c.owner == owner)
    latest = query.order_by(conversations.c.last_at.desc()).limit(limit)
    return [model(Conversation, row) for row in await connection.execute(latest)]


async def add(tx: Relaxed, thread: str, said: Sequence[Said]) -> None:
    """Add messages in the order given. One whose `mark` the conversation has is there already.

    The conversation's row is changed first: PostgreSQL lets one at a time do that, and so a conversation's
    messages are committed in the order of their ids.
    """
    if not said:
        return
    await _touch(tx, thread, max(each.at for each in said))
    await _enter(tx, thread, said)


async def hear(tx: Relaxed, thread: str, said: Sequence[Said]) -> None:
    """Add what is said in a conversation that this transaction has opened."""
    if said:
        await _enter(tx, thread, said)


async def reply(tx: Relaxed, thread: str, said: Said) -> str:
    """Add a reply of the bot, and return its mark.

    Where another text has the mark, because the process that said it died before it could remember, this one
    is added under a mark of its own: the customer has read the first, and may not have heard what is new.
    """
    await _touch(tx, thread, said.at)
    adding = _adding(tx).values(thread=thread, **said.model_dump()).returning(messages.c.id)
    if (await tx.execute(adding)).first() is not None:
        return said.mark
    if (await require(tx, thread, said.mark)).text == said.text:
        return said.mark
    digest = hashlib.sha256(said.text.encode()).hexdigest()[:8]
    again = said.model_copy(update={"mark": f"{said.mark}~{digest}"})
    await _enter(tx, thread, [again])
    return again.mark


async def _touch(tx: Relaxed, thread: str, at: datetime) -> None:
    await tx.execute(conversations.update().where(conversations.c.thread == thread).values(last_at=at))


async def _enter(tx: Relaxed, thread: str, said: Sequence[Said]) -> None:
    await tx.execute(_adding(tx), [{"thread": thread, **each.model_dump()} for each in said])


def _adding(tx: Relaxed) -> "postgresql.Insert | sqlite.Insert":
    return upsert(tx, messages).on_conflict_do_nothing(index_elements=["thread", "mark"])


async def marked(connection: AsyncConnection, thread: str, mark: str) -> Message | None:
    """The message of this mark, if the conversation has one."""
    query = select(messages).where(messages.c.thread == thread, messages.c.mark == mark)
    return maybe(Message, (await connection.execute(query)).first())


async def require(connection: AsyncConnection, thread: str, mark: str) -> Message:
    """The message of this mark. Raises UnknownRecordError."""
    found = await marked(connection, thread, mark)
    if found is None:
        raise UnknownRecordError("there is no such message", where=f"conversation {thread}, message {mark}")
    return found


async def of_thread(
    connection: AsyncConnection, thread: str, *, after: int = 0, limit: int | None = None
) -> list[Message]:
    """A conversation's messages in order, those added after the message of id `after`; the last `limit`."""
    query = select(messages).where(messages.c.thread == thread, messages.c.id > after)
    newest = query.order_by(messages.c.id.desc()).limit(limit)
    return [model(Message, row) for row in await connection.execute(newest)][::-1]


async def told(connection: AsyncConnection, thread: str, *, limit: int = 40) -> list[Message]:
    """The latest that people said to the customer, or the bot while no run of it was going on, in order."""
    query = select(messages).where(messages.c.thread == thread, by_others())
    newest = query.order_by(messages.c.id.desc()).limit(limit)
    return [model(Message, row) for row in await connection.execute(newest)][::-1]


def by_others() -> ColumnElement[bool]:
    """Whether a message is one that the graph has not said itself, nor heard from the customer."""
    return or_(
        messages.c.by == By.PERSON,
        and_(messages.c.by == By.BOT, messages.c.mark.startswith(TOLD, autoescape=True)),
    )


async def added(connection: AsyncConnection, *, after: int, limit: int = 500) -> list[Message]:
    """What was added in any conversation after the message of id `after`, in order: for live pages."""
    query = select(messages).where(messages.c.id > after).order_by(messages.c.id).limit(limit)
    return [model(Message, row) for row in await connection.execute(query)]
