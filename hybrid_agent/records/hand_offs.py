"""Hand-offs: conversations that wait for a person, with the packet that spares the customer repeating."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records.errors import ContradictionError, UnknownRecordError
from hybrid_agent.records.models import HandOff
from hybrid_agent.records.rows import add_once, maybe, model
from hybrid_agent.records.schema import Transaction, hand_offs, owners
from hybrid_agent.settings import ServiceSettings
from hybrid_agent.state import Escalation


async def register(
    tx: Transaction,
    hand_off_id: str,
    escalation: Escalation,
    *,
    thread: str,
    customer_id: str | None,
    packet: Mapping[str, JsonValue],
    service: ServiceSettings,
    now: datetime,
) -> HandOff:
    """Open a hand-off, to be taken up within what the `service` promises; opening it again changes nothing.

    One id belongs to one conversation.
    """
    values = {
        **escalation.model_dump(mode="json"),
        "id": hand_off_id,
        "thread": thread,
        "customer_id": customer_id,
        "packet": packet,
        "status": "open",
        "opened": now,
        **for_lists(escalation.reasons, packet, service, now),
    }
    await add_once(tx, hand_offs, values)
    standing = await get(tx, hand_off_id)
    if standing is None or standing.thread != thread:
        raise ContradictionError(
            "this id is on record for another conversation", where=f"hand-off {hand_off_id}"
        )
    return standing


async def get(connection: AsyncConnection, hand_off_id: str) -> HandOff | None:
    """One hand-off, if there is one of this id."""
    return maybe(
        HandOff, (await connection.execute(select(hand_offs).where(hand_offs.c.id == hand_off_id))).first()
    )


async def listing(
    connection: AsyncConnection, *, thread: str | None = None, open_only: bool = True
) -> list[HandOff]:
    """Hand-offs, oldest first: those still open, or all; of one conversation, or of all."""
    query = select(hand_offs).order_by(hand_offs.c.opened, hand_offs.c.id)
    if thread is not None:
        query = query.where(hand_offs.c.thread == thread)
    if open_only:
        query = query.where(hand_offs.c.status == "open")
    return [model(HandOff, row) for row in await connection.execute(query)]


def waiting(thread: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a hand-off of the conversation is open, to be selected beside other things."""
    return exists().where(hand_offs.c.thread == thread, hand_offs.c.status == "open")


async def remind(tx: Transaction, *, now: datetime, limit: int) -> list[HandOff]:
    """Mark as reminded of, once each, at most `limit` open hand-offs that are due and nobody has taken."""
    taken = exists().where(owners.c.thread == hand_offs.c.thread, owners.c.person.is_not(None))
    due = and_(hand_offs.c.status == "open", hand_offs.c.due <= now, hand_offs.c.reminded.is_(None))
    some = select(hand_offs.c.id).where(due, ~taken).order_by(hand_offs.c.due).limit(limit)
    changed = await tx.execute(
        update(hand_offs).where(due, hand_offs.c.id.in_(some)).values(reminded=now).returning(hand_offs)
    )
    return [model(HandOff, row) for row in changed]


async def close(tx: Transaction, hand_off_id: str, *, by: str, now: datetime) -> HandOff:
    """Close a hand-off; the first to close it is kept. Raises UnknownRecordError."""
    await tx.execute(
        update(hand_offs)
        .where(hand_offs.c.id == hand_off_id, hand_offs.c.status == "open")
        .values(status="closed", closed=now, closed_by=by)
    )
    standing = await get(tx, hand_off_id)
    if standing is None:
        raise UnknownRecordError("there is no such hand-off", where=f"hand-off {hand_off_id}")
    return standing


def for_lists(
    reasons: Collection[str], packet: Mapping[str, JsonValue], service: ServiceSettings, opened: datetime
) -> dict[str, Any]:
    """What lists show of a hand-off, from its packet, and until when the service promises to take it up."""
    urgent = service.urgent_for(reasons)
    return {
        "summary": str(packet.get("summary", "")),
        "intent": _intent_of(packet.get("intents")),
        "urgent": urgent,
        "due": opened + (service.urgent_within if urgent else service.answer_within),
    }


def _intent_of(listed: JsonValue) -> str | None:
    first = listed[0] if isinstance(listed, list) and listed else None
    intent = first.get("intent") if isinstance(first, dict) else None
    return intent if isinstance(intent, str) else None
