"""The effects ledger: what is to be written, may be written, is being written, and was written."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import JsonValue
from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records.errors import ContradictionError, UnknownRecordError
from hybrid_agent.records.models import Claim, Effect, EffectStatus, Outcome
from hybrid_agent.records.rows import add_once, maybe, model, one_at_a_time, one_at_a_time_by_id
from hybrid_agent.records.schema import ERASED, Transaction, approvals, effects
from hybrid_agent.state import Action

UNDER_WAY = (EffectStatus.APPROVED, EffectStatus.EXECUTING, EffectStatus.UNKNOWN)


def succeeded(result: JsonValue = None) -> Outcome:
    """The write happened."""
    return Outcome(status=EffectStatus.SUCCEEDED, result=result)


def failed(error: str) -> Outcome:
    """The write surely did not happen."""
    return Outcome(status=EffectStatus.FAILED, error=error)


def unknown(error: str) -> Outcome:
    """Nobody can say yet whether the write happened."""
    return Outcome(status=EffectStatus.UNKNOWN, error=error)


async def get(connection: AsyncConnection, action_id: str) -> Effect | None:
    """The effect of an action, if it was ever proposed."""
    return maybe(Effect, (await connection.execute(select(effects).where(effects.c.id == action_id))).first())


async def require(connection: AsyncConnection, action_id: str) -> Effect:
    """The effect of an action. Raises UnknownRecordError."""
    found = await get(connection, action_id)
    if found is None:
        raise UnknownRecordError("no such action was ever proposed", where=_where(action_id))
    return found


async def of_thread(connection: AsyncConnection, thread: str) -> list[Effect]:
    """A conversation's effects, oldest first."""
    found = await connection.execute(
        select(effects).where(effects.c.thread == thread).order_by(effects.c.created, effects.c.id)
    )
    return [model(Effect, row) for row in found]


async def propose(tx: Transaction, action: Action, *, thread: str, intent: str, now: datetime) -> Effect:
    """Enter an action; entering it again changes nothing. Raises ContradictionError if its digest differs."""
    await add_once(tx, effects, _proposed(action, thread, intent, now))
    standing = await require(tx, action.id)
    if standing.digest != action.digest:
        raise ContradictionError(
            "this id is on record with other arguments",
            where=_where(action.id),
            advice="Give every action its own id.",
        )
    return standing


async def in_flight(tx: Transaction, action: Action, *, now: datetime) -> Effect | None:
    """Another effect that does the same for the same customer: under way, or waiting for a pending approval.

    Ask in the transaction that proposes, so that two chats that ask at once cannot both find nothing.
    Nobody knows which anonymous callers are the same one, so for them there is never another.
    """
    await one_at_a_time(tx, action.customer_id, action.digest)
    if action.customer_id is None:
        return None
    awaited = and_(effects.c.status == EffectStatus.PROPOSED, _awaited(now))
    found = await tx.execute(
        select(effects).where(_same_but(action), or_(effects.c.status.in_(UNDER_WAY), awaited)).limit(1)
    )
    return maybe(Effect, found.first())


async def twin(tx: Transaction, action: Action) -> Effect | None:
    """Another effect under way that does the same for the same customer; there is never more than one."""
    await one_at_a_time(tx, action.customer_id, action.digest)
    if action.customer_id is None:
        return None
    found = await tx.execute(select(effects).where(_same_but(action), effects.c.status.in_(UNDER_WAY)))
    return maybe(Effect, found.first())


async def approve(tx: Transaction, action_id: str, *, by: str, now: datetime) -> Effect:
    """Clear a proposed action for execution, by the customer's yes or the policy; repeating it is harmless.

    Raises ContradictionError where a pending approval has to be decided first, where the same is under
    way already for this customer, or where the action is past approving.
    """
    await one_at_a_time_by_id(tx, action_id)
    changed = await _change(
        tx,
        and_(effects.c.id == action_id, effects.c.status == EffectStatus.PROPOSED, ~_WAITING, ~_TWINNED),
        status=EffectStatus.APPROVED,
        approved_by=by,
        updated=now,
    )
    standing = changed or await require(tx, action_id)
    if standing.status is EffectStatus.PROPOSED:
        other = await twin(tx, standing.action)
        why = (
            f"the same is under way as action {other.id}"
            if other
            else "a pending approval has to be decided first"
        )
        raise ContradictionError(why, where=_where(action_id))
    if standing.approved_by is None or standing.status is EffectStatus.DROPPED:
        raise ContradictionError(
            f"it is {standing.status} and can no longer be approved", where=_where(action_id)
        )
    return standing


async def claim(tx: Transaction, action_id: str, *, worker: str, now: datetime, lease: timedelta) -> Claim:
    """Take an approved action for execution. One claim wins; the others learn where the action stands.

    End the transaction before the call goes out: only then is the claim, with its idempotency key, on disk.
    """
    won = await _change(
        tx,
        and_(effects.c.id == action_id, effects.c.status == EffectStatus.APPROVED),
        status=EffectStatus.EXECUTING,
        claimed_by=worker,
        claimed_until=now + lease,
        attempts=effects.c.attempts + 1,
        updated=now,
    )
    return Claim(won=won is not None, effect=won or await require(tx, action_id))


async def settle(tx: Transaction, action_id: str, outcome: Outcome, *, worker: str, now: datetime) -> Effect:
    """Enter how the claimed call ended. The same again is harmless; another end is a ContradictionError."""
    mine = and_(
        effects.c.id == action_id, effects.c.status == EffectStatus.EXECUTING, effects.c.claimed_by == worker
    )
    return await _enter(tx, action_id, mine, outcome, by=worker, note=None, now=now)


async def reconcile(
    tx: Transaction, effect: Effect, outcome: Outcome, *, by: str, how: str, now: datetime
) -> Effect:
    """Enter what a read-back or a person found out about an effect that is unknown or whose lease is over.

    `effect` is what was looked at: if it has been claimed again since, this raises ContradictionError.
    """
    return await _enter(tx, effect.id, _abandoned(effect, now), outcome, by=by, note=how, now=now)


async def rearm(tx: Transaction, effect: Effect, *, by: str, how: str, now: datetime) -> Effect:
    """Clear an abandoned effect for another claim, after a read-back found that the write did not happen."""
    changed = await _change(
        tx,
        _abandoned(effect, now),
        status=EffectStatus.APPROVED,
        claimed_by=None,
        claimed_until=None,
        error=None,
        settled_by=by,
        note=how,
        updated=now,
    )
    if changed is None:
        raise _contradicted(await require(tx, effect.id), EffectStatus.APPROVED)
    return changed


async def drop(tx: Transaction, action_id: str, *, reason: str, now: datetime) -> Effect:
    """Give up an action that was not claimed. Again is harmless; too late is a ContradictionError."""
    droppable = (EffectStatus.PROPOSED, EffectStatus.APPROVED)
    changed = await _change(
        tx,
        and_(effects.c.id == action_id, effects.c.status.in_(droppable)),
        status=EffectStatus.DROPPED,
        note=reason,
        updated=now,
    )
    standing = changed or await require(tx, action_id)
    if standing.status is not EffectStatus.DROPPED:
        raise _contradicted(standing, EffectStatus.DROPPED)
    return standing


async def unfinished(connection: AsyncConnection, *, now: datetime, grace: timedelta) -> list[Effect]:
    """What a crash may have left: executing with its lease over, or approved for longer than `grace` ago."""
    lapsed = and_(effects.c.status == EffectStatus.EXECUTING, effects.c.claimed_until <= now)
    forgotten = and_(effects.c.status == EffectStatus.APPROVED, effects.c.updated <= now - grace)
    found = await connection.execute(
        select(effects).where(or_(lapsed, forgotten)).order_by(effects.c.updated)
    )
    return [model(Effect, row) for row in found]


async def in_trouble(connection: AsyncConnection, *, since: datetime, until: datetime) -> list[Effect]:
    """What ended badly by `until`: unknown, however long ago, or failed at `since` or later; oldest first."""
    failed_lately = and_(effects.c.status == EffectStatus.FAILED, effects.c.updated >= since)
    found = await connection.execute(
        select(effects)
        .where(or_(effects.c.status == EffectStatus.UNKNOWN, failed_lately), effects.c.updated <= until)
        .where(effects.c.digest != ERASED)
        .order_by(effects.c.updated)
    )
    return [model(Effect, row) for row in found]


_other = effects.alias("other")

_TWINNED = exists().where(
    _other.c.customer_id == effects.c.customer_id,
    _other.c.digest == effects.c.digest,
    _other.c.id != effects.c.id,
    _other.c.status.in_(UNDER_WAY),
)

_WAITING = exists().where(approvals.c.action_id == effects.c.id, approvals.c.status == "pending")


def _proposed(action: Action, thread: str, intent: str, now: datetime) -> dict[str, Any]:
    return {
        **action.model_dump(mode="json"),
        "digest": action.digest,
        "key": action.key,
        "thread": thread,
        "intent": intent,
        "status": EffectStatus.PROPOSED,
        "created": now,
        "updated": now,
    }


def _same_but(action: Action) -> ColumnElement[bool]:
    return and_(
        effects.c.customer_id == action.customer_id,
        effects.c.digest == action.digest,
        effects.c.id != action.id,
    )


def _awaited(now: datetime) -> ColumnElement[bool]:
    return exists().where(
        approvals.c.action_id == effects.c.id, approvals.c.status == "pending", approvals.c.expires > now
    )


def _abandoned(effect: Effect, now: datetime) -> ColumnElement[bool]:
    lapsed = and_(effects.c.status == EffectStatus.EXECUTING, effects.c.claimed_until <= now)
    return and_(
        effects.c.id == effect.id,
        effects.c.attempts == effect.attempts,
        or_(effects.c.status == EffectStatus.UNKNOWN, lapsed),
    )


async def _enter(
    tx: Transaction,
    action_id: str,
    allowed: ColumnElement[bool],
    outcome: Outcome,
    *,
    by: str,
    note: str | None,
    now: datetime,
) -> Effect:
    changed = await _change(
        tx,
        allowed,
        status=outcome.status,
        result=outcome.result,
        error=outcome.error,
        settled_by=by,
        note=note,
        claimed_until=None,
        updated=now,
    )
    if changed is not None:
        return changed
    standing = await require(tx, action_id)
    if (standing.status, standing.result, standing.error) != (outcome.status, outcome.result, outcome.error):
        raise _contradicted(standing, outcome.status)
    return standing


async def _change(tx: Transaction, where: ColumnElement[bool], **values: Any) -> Effect | None:
    return maybe(
        Effect, (await tx.execute(update(effects).where(where).values(**values).returning(effects))).first()
    )


def _contradicted(standing: Effect, wanted: EffectStatus) -> ContradictionError:
    return ContradictionError(
        f"it is {standing.status} and cannot become {wanted}",
        where=_where(standing.id),
        advice="Read the effect as it stands; if both cannot be true, hand it to a person.",
    )


def _where(action_id: str) -> str:
    return f"action {action_id}"
