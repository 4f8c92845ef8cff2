"""After a crash: every write that was agreed on is done, known to be done, or with a person.

    deployment = load_deployment("support.yaml")
    await recover(deployment)  # before the first message is served, then in every sweep

It may run in every process that serves, while others work: the ledger lets one claim win.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hybrid_agent.catalog import Autonomy
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.acting.clearing import approval_id
from hybrid_agent.dialogue.acting.effects import carry_out, look_back
from hybrid_agent.dialogue.acting.executing import effect_event, unrecorded
from hybrid_agent.dialogue.acting.passing import is_passed_on, pass_on
from hybrid_agent.dialogue.reasons import (
    APPROVAL_EXPIRED,
    NO_LONGER_OFFERED,
    OUTCOME_UNKNOWN,
    TAKEN_OVER,
    WRITE_FAILED,
)
from hybrid_agent.dialogue.telling import tell_expired, tell_outcome
from hybrid_agent.records import (
    ContradictionError,
    Transaction,
    approvals,
    events,
    hand_offs,
    ledger,
    ownership,
)
from hybrid_agent.records.models import Approval, ApprovalStatus, Effect, EffectStatus
from hybrid_agent.state import Event, EventKind

AGREED_FOR = timedelta(hours=4)
"""How long a customer's yes, or the policy's leave, stands where no person's approval sets a time."""

AT_ONCE = 50
"""So many approvals expire in one transaction: others write in between."""

LOOKS_BACK = timedelta(days=30)
"""How far back failed writes are looked at that nobody may have heard of."""

TROUBLE = {EffectStatus.UNKNOWN: OUTCOME_UNKNOWN, EffectStatus.FAILED: WRITE_FAILED}
GIVEN = (ApprovalStatus.APPROVED, ApprovalStatus.EDITED)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What one recovery did: ids of actions found done, of actions done now, and of hand-offs opened."""

    settled: tuple[str, ...] = ()
    executed: tuple[str, ...] = ()
    handed_off: tuple[str, ...] = ()


async def recover(deployment: Deployment) -> Recovered:
    """Bring to an end what a crash left on the ledger; again, or twice at once, it finds nothing left to do.

    What is approved is done, if it still may be; what was begun is read back first. What may not be done
    any more, failed, or cannot be told is handed to a person, as is every approval whose time is over.
    Each of these is an event, at the time at which the effect ended; the later turn that tells the customer
    does not record it again, but that the request is resolved.
    Raises RecordsError where the records cannot be used.
    """
    now = deployment.clock()
    async with deployment.records.read() as connection:
        left = await ledger.unfinished(connection, now=now, grace=deployment.lease)
    ended = [(effect, *await _finish(effect, deployment)) for effect in left]
    done = [(old, new) for old, new, _ in ended if _done_by(new, deployment)]
    passed = [hand_off for _, _, hand_off in ended if hand_off]
    passed += await _expire(deployment)
    passed += await _pass_on_trouble(deployment)
    return Recovered(
        settled=tuple(new.id for old, new in done if new.attempts == old.attempts),
        executed=tuple(new.id for old, new in done if new.attempts > old.attempts),
        handed_off=tuple(passed),
    )


def _done_by(effect: Effect, deployment: Deployment) -> bool:
    return effect.status is EffectStatus.SUCCEEDED and effect.settled_by == deployment.worker


async def _finish(effect: Effect, deployment: Deployment) -> tuple[Effect, str | None]:
    """How an abandoned effect stands in the end, and the hand-off that was opened for it, if any."""
    standing = await look_back(effect, deployment)
    if standing.status is EffectStatus.APPROVED:
        why = await _forbidden(effect, deployment)
        if why is not None:
            return await _give_up(standing, why, deployment)
        standing = await carry_out(standing.id, deployment)
    if standing.status in TROUBLE and standing.settled_by == deployment.worker:
        return standing, await _pass_on(standing, deployment)
    if _done_by(standing, deployment):
        async with deployment.records.write() as tx:
            await _record(tx, effect_event(EventKind.EXECUTED, standing, standing.updated), standing)
            await tell_outcome(tx, standing, deployment)
    return standing, None


async def _record(tx: Transaction, event: Event, effect: Effect) -> None:
    new = await unrecorded(tx, [event], effect)
    await events.append(tx, new, thread=effect.thread, customer_id=effect.customer_id)


async def _forbidden(effect: Effect, deployment: Deployment) -> str | None:
    """Why an approved action may not be done any more, as a reason for the hand-off."""
    intent = deployment.catalog.intents.get(effect.intent)
    if intent is None or intent.action is None or intent.action.operation != effect.operation:
        return NO_LONGER_OFFERED
    if intent.autonomy is Autonomy.SHADOW:
        return Autonomy.SHADOW.value
    async with deployment.records.read() as connection:
        if (await ownership.owner(connection, effect.thread)).person is not None:
            return TAKEN_OVER
        passed = await hand_offs.listing(connection, thread=effect.thread, open_only=False)
        approval = await approvals.get(connection, approval_id(effect.action), now=deployment.clock())
    if any(each.opened >= effect.updated for each in passed):
        return "already_with_person"
    by_person = approval is not None and approval.status in GIVEN
    since = approval.decided_at if approval is not None and by_person else None
    allowed = intent.action.approval.expires_after if intent.action.approval else AGREED_FOR
    return "approval_overdue" if deployment.clock() > (since or effect.updated) + allowed else None


async def _give_up(effect: Effect, why: str, deployment: Deployment) -> tuple[Effect, str | None]:
    """Take an approved action off the ledger and hand it to a person, unless it was claimed meanwhile."""
    reason = f"not done after a crash: {why}"
    try:
        async with deployment.records.write() as tx:
            dropped = await ledger.drop(tx, effect.id, reason=reason, now=deployment.clock())
            ours = dropped.note == reason
            return dropped, await _over_to_a_person(tx, dropped, why, deployment) if ours else None
    except ContradictionError:
        async with deployment.records.read() as connection:
            return await ledger.require(connection, effect.id), None


async def _pass_on(effect: Effect, deployment: Deployment) -> str | None:
    async with deployment.records.write() as tx:
        await _record(tx, effect_event(EventKind.FAILED, effect, effect.updated), effect)
        return await _over_to_a_person(tx, effect, TROUBLE[effect.status], deployment)


async def _over_to_a_person(
    tx: Transaction, effect: Effect, reason: str, deployment: Deployment
) -> str | None:
    """The action's hand-off, told to the customer; None if a person has it already."""
    opened = await pass_on(tx, effect, reason, deployment)
    if opened is not None:
        await tell_outcome(tx, effect, deployment)
    return opened


async def _expire(deployment: Deployment) -> list[str]:
    """Silence is no: the approvals whose time is over, each with its hand-off, and told to the customer."""
    passed = list[str | None]()
    while some := await _expire_some(deployment):
        passed += some
    return [each for each in passed if each]


async def _expire_some(deployment: Deployment) -> list[str | None]:
    async with deployment.records.write() as tx:
        over = await approvals.expire_due(tx, now=deployment.clock(), limit=AT_ONCE)
        return [await _pass_on_expired(tx, approval, deployment) for approval in over]


async def _pass_on_expired(tx: Transaction, approval: Approval, deployment: Deployment) -> str | None:
    effect = await ledger.require(tx, approval.action_id)
    await _record(tx, _expired(approval), effect)
    opened = await pass_on(tx, effect, APPROVAL_EXPIRED, deployment)
    await tell_expired(tx, approval, deployment)
    return opened


def _expired(approval: Approval) -> Event:
    return Event(
        kind=EventKind.EXPIRED,
        at=approval.expires,
        intent=approval.intent,
        data={
            "approval_id": approval.id,
            "action_id": approval.action_id,
            "operation": approval.operation,
            "decision": approval.status.value,
            "by": None,
            "waited_s": (approval.expires - approval.created).total_seconds(),
        },
    )


async def _pass_on_trouble(deployment: Deployment) -> list[str]:
    """What ended badly and then nobody was told of, because the process that knew it died."""
    until: datetime = deployment.clock() - deployment.lease
    async with deployment.records.read() as connection:
        bad = await ledger.in_trouble(connection, since=until - LOOKS_BACK, until=until)
        unheard = [effect for effect in bad if not await is_passed_on(connection, effect)]
    opened = [await _pass_on(effect, deployment) for effect in unheard]
    return [each for each in opened if each]
