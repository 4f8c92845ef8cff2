"""Approvals: what waits for a person, and the one decision that counts.

Who may decide is the policy's business and is asked before; here it is kept who did.
"""

from datetime import datetime, timedelta
from typing import Any

from pydantic import JsonValue, TypeAdapter
from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.caller import different
from hybrid_agent.records import ledger, refusals
from hybrid_agent.records.errors import ContradictionError
from hybrid_agent.records.models import (
    Approval,
    ApprovalRequest,
    ApprovalStatus,
    Approve,
    Decided,
    Decision,
    Edit,
    Effect,
    EffectStatus,
    Refusal,
    Respond,
    Signature,
)
from hybrid_agent.records.rows import add_once, maybe, model, one_at_a_time, upsert
from hybrid_agent.records.schema import Transaction, approvals, signatures
from hybrid_agent.state import Action

DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)

SILENCE = "nobody decided in time"

STATUS = {
    "approve": ApprovalStatus.APPROVED,
    "edit": ApprovalStatus.EDITED,
    "reject": ApprovalStatus.REJECTED,
    "respond": ApprovalStatus.RESPONDED,
    "take_over": ApprovalStatus.TAKEN_OVER,
}


async def request(
    tx: Transaction, wanted: ApprovalRequest, action: Action, *, thread: str, intent: str, now: datetime
) -> Approval:
    """Ask for the approval of a proposed action; asking again with the same id changes nothing.

    Raises ContradictionError if the id stands for another action, or the action is not proposed any more.
    """
    await one_at_a_time(tx, action.customer_id, action.digest)
    standing = await _stored(tx, wanted.id)
    if standing is None:
        effect = await ledger.get(tx, action.id)
        if effect is None or (effect.status, effect.digest) != (EffectStatus.PROPOSED, action.digest):
            raise ContradictionError(
                "an approval needs an action that is proposed with the same arguments",
                where=_where(wanted.id),
            )
        await add_once(tx, approvals, _pending(wanted, action, thread, intent, now))
        standing = await _stored(tx, wanted.id)
    if standing is None or (standing.action_id, standing.digest) != (action.id, action.digest):
        raise ContradictionError("this id is on record for another action", where=_where(wanted.id))
    return standing


async def get(connection: AsyncConnection, approval_id: str, *, now: datetime) -> Approval | None:
    """The approval as it stands at `now`: past its time it is expired, marked so or not."""
    found = await _stored(connection, approval_id)
    return None if found is None else _at(found, now)


async def pending(connection: AsyncConnection, *, now: datetime, thread: str | None = None) -> list[Approval]:
    """What waits for a decision, oldest first; of one conversation, or of all."""
    waiting = and_(approvals.c.status == ApprovalStatus.PENDING, approvals.c.expires > now)
    where = waiting if thread is None else and_(waiting, approvals.c.thread == thread)
    found = await connection.execute(
        select(approvals).where(where).order_by(approvals.c.created, approvals.c.id)
    )
    return [model(Approval, row) for row in found]


async def of_thread(connection: AsyncConnection, thread: str) -> list[Approval]:
    """A conversation's approvals as they are stored, oldest first."""
    query = select(approvals).where(approvals.c.thread == thread)
    return [model(Approval, row) for row in await connection.execute(query.order_by(approvals.c.created))]


async def signed(connection: AsyncConnection, *approval_ids: str) -> list[Signature]:
    """Who has approved, the first one first: of each approval so many different people as it needs."""
    query = select(signatures).where(signatures.c.approval_id.in_(approval_ids))
    found = await connection.execute(query.order_by(signatures.c.at, signatures.c.by))
    return [model(Signature, row) for row in found]


async def decide(
    tx: Transaction, approval_id: str, *, digest: str, decision: Decision, by: str, now: datetime
) -> Decided | Refusal:
    """Enter a person's decision and what follows for the effect; of racing decisions one wins.

    An approval that needs more people than have signed stays pending. The winner's decision, repeated, is
    answered with what stands. A refusal leaves everything as it is, but for an approval whose time is over:
    that is marked expired. After TakeOver, call `ownership.take`.
    """
    standing = await _stored(tx, approval_id, lock=True)
    if standing is None:
        return refusals.unknown(approval_id)
    if standing.status is not ApprovalStatus.PENDING:
        return await _what_stands(tx, standing, digest, decision, by)
    if standing.expires <= now:
        return refusals.expired(await _expire(tx, standing, now))
    if standing.digest != digest:
        return refusals.stale(standing)
    if (twin := await _twin(tx, standing, decision)) is not None:
        return refusals.duplicate(standing, twin)
    return await _enter(tx, standing, decision, by, now)


async def withdraw(tx: Transaction, *, thread: str, by: str, reason: str, now: datetime) -> list[Approval]:
    """Withdraw whatever is pending in a conversation; the effects are dropped."""
    return await _lapse(
        tx, approvals.c.thread == thread, ApprovalStatus.WITHDRAWN, by=by, reason=reason, now=now
    )


async def remind(tx: Transaction, *, now: datetime, before: timedelta, limit: int) -> list[Approval]:
    """Mark as reminded of, once each, at most `limit` pending approvals that expire within `before`."""
    due = and_(approvals.c.expires > now, approvals.c.expires <= now + before)
    pending = and_(approvals.c.status == ApprovalStatus.PENDING, approvals.c.reminded.is_(None))
    some = _first(and_(pending, due), limit)
    changed = await tx.execute(
        update(approvals).where(pending, some).values(reminded=now).returning(approvals)
    )
    return [model(Approval, row) for row in changed]


async def expire_due(tx: Transaction, *, now: datetime, limit: int) -> list[Approval]:
    """Mark at most `limit` pending approvals whose time is over as expired; the effects are dropped."""
    over = and_(approvals.c.status == ApprovalStatus.PENDING, approvals.c.expires <= now)
    return await _lapse(tx, _first(over, limit), ApprovalStatus.EXPIRED, by=None, reason=SILENCE, now=now)


def _first(which: ColumnElement[bool], limit: int) -> ColumnElement[bool]:
    """Those that expire first of what is meant, so that no transaction grows with the number of cases."""
    return approvals.c.id.in_(select(approvals.c.id).where(which).order_by(approvals.c.expires).limit(limit))


def _pending(
    wanted: ApprovalRequest, action: Action, thread: str, intent: str, now: datetime
) -> dict[str, Any]:
    return {
        **wanted.model_dump(mode="json", exclude={"expires"}),
        "expires": wanted.expires,
        "action_id": action.id,
        "thread": thread,
        "customer_id": action.customer_id,
        "intent": intent,
        "operation": action.operation,
        "digest": action.digest,
        "summary": action.summary,
        "created": now,
        "status": ApprovalStatus.PENDING,
    }


def _at(found: Approval, now: datetime) -> Approval:
    over = found.status is ApprovalStatus.PENDING and found.expires <= now
    return found.model_copy(update={"status": ApprovalStatus.EXPIRED, "reason": SILENCE}) if over else found


async def _stored(connection: AsyncConnection, approval_id: str, *, lock: bool = False) -> Approval | None:
    query = select(approvals).where(approvals.c.id == approval_id)
    return maybe(Approval, (await connection.execute(query.with_for_update() if lock else query)).first())


async def _what_stands(
    tx: Transaction, standing: Approval, digest: str, decision: Decision, by: str
) -> Decided | Refusal:
    if standing.status is ApprovalStatus.EXPIRED:
        return refusals.expired(standing)
    if standing.decided_by != by or standing.digest != digest or not _same(standing.decision, decision):
        return refusals.not_pending(standing)
    first = DECISION.validate_python(standing.decision)
    in_force = first.action.id if isinstance(first, Edit) else standing.action_id
    further = first.approval.id if isinstance(first, Edit) and first.approval else None
    effect = await ledger.require(tx, in_force)
    return Decided(
        approval=standing,
        effect=effect,
        repeated=True,
        then=None if further is None else await _stored(tx, further),
        signed=await _names(tx, further or standing.id, effect.digest),
    )


def _same(stored: JsonValue, decision: Decision) -> bool:
    if stored is None:  # withdrawn, which nobody decided
        return False
    first = DECISION.validate_python(stored)
    match (first, decision):
        case (Edit(), Edit()):
            return first.action.digest == decision.action.digest
        case (Respond(), Respond()):
            return first.text == decision.text
        case _:
            return first.kind == decision.kind


async def _twin(tx: Transaction, standing: Approval, decision: Decision) -> Effect | None:
    match decision:
        case Approve():
            return await ledger.twin(tx, (await ledger.require(tx, standing.action_id)).action)
        case Edit(approval=None):
            return await ledger.twin(tx, decision.action)
        case _:
            return None


async def _close(tx: Transaction, standing: Approval, decision: Decision, by: str, now: datetime) -> Approval:
    closed = await tx.execute(
        update(approvals)
        .where(approvals.c.id == standing.id, approvals.c.status == ApprovalStatus.PENDING)
        .values(
            status=STATUS[decision.kind],
            decided_by=by,
            decided_at=now,
            decision=decision.model_dump(mode="json"),
            reason=decision.reason,
        )
        .returning(approvals)
    )
    return model(Approval, closed.one())


async def _approve(tx: Transaction, standing: Approval, decision: Approve, by: str, now: datetime) -> Decided:
    """One more signature, and with the last one that is needed the approval."""
    before = await _names(tx, standing.id, standing.digest)
    names = await _sign(tx, standing.id, standing.digest, decision.reason, by, now)
    if len(names) < standing.needed:
        waiting = await ledger.require(tx, standing.action_id)
        return Decided(approval=standing, effect=waiting, repeated=by in before, signed=names)
    closed = await _close(tx, standing, decision, by, now)
    effect = await ledger.approve(tx, closed.action_id, by=", ".join(names), now=now)
    return Decided(approval=closed, effect=effect, signed=names)


async def _sign(
    tx: Transaction, approval_id: str, digest: str, reason: str, by: str, now: datetime
) -> tuple[str, ...]:
    """Enter a person's signature, the first of theirs on this digest; who has signed that by now."""
    values = {"digest": digest, "reason": reason, "at": now}
    adding = upsert(tx, signatures).values(approval_id=approval_id, by=by, **values)
    other = signatures.c.digest != digest
    index = ["approval_id", "by"]
    await tx.execute(adding.on_conflict_do_update(index_elements=index, set_=values, where=other))
    return await _names(tx, approval_id, digest)


async def _names(connection: AsyncConnection, approval_id: str, digest: str) -> tuple[str, ...]:
    return different(each.by for each in await signed(connection, approval_id) if each.digest == digest)


async def _enter(tx: Transaction, standing: Approval, decision: Decision, by: str, now: datetime) -> Decided:
    if isinstance(decision, Approve):
        return await _approve(tx, standing, decision, by, now)
    closed = await _close(tx, standing, decision, by, now)
    effect = await ledger.drop(tx, closed.action_id, reason=f"{closed.status} by {by}", now=now)
    if not isinstance(decision, Edit):
        return Decided(approval=closed, effect=effect)
    edited = await ledger.propose(tx, decision.action, thread=closed.thread, intent=closed.intent, now=now)
    if decision.approval is None:
        names = await _sign(tx, closed.id, edited.digest, decision.reason, by, now)
        effect = await ledger.approve(tx, edited.id, by=by, now=now)
        return Decided(approval=closed, effect=effect, signed=names)
    then = await request(
        tx, decision.approval, decision.action, thread=closed.thread, intent=closed.intent, now=now
    )
    names = await _sign(tx, then.id, then.digest, decision.reason, by, now) if decision.signed else ()
    return Decided(approval=closed, effect=edited, then=then, signed=names)


async def _expire(tx: Transaction, standing: Approval, now: datetime) -> Approval:
    which = approvals.c.id == standing.id
    return (await _lapse(tx, which, ApprovalStatus.EXPIRED, by=None, reason=SILENCE, now=now))[0]


async def _lapse(
    tx: Transaction,
    which: ColumnElement[bool],
    status: ApprovalStatus,
    *,
    by: str | None,
    reason: str,
    now: datetime,
) -> list[Approval]:
    changed = await tx.execute(
        update(approvals)
        .where(which, approvals.c.status == ApprovalStatus.PENDING)
        .values(status=status, decided_by=by, decided_at=now, reason=reason)
        .returning(approvals)
    )
    lapsed = [model(Approval, row) for row in changed]
    for approval in lapsed:
        await ledger.drop(tx, approval.action_id, reason=f"{status}: {reason}", now=now)
    return lapsed


def _where(approval_id: str) -> str:
    return f"approval {approval_id}"
