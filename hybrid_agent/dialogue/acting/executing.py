"""One cleared request: the gate once more, the write, and what the customer hears of it."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent import policy
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.acting.clearing import about_action, action_of, rule_of
from hybrid_agent.dialogue.acting.effects import BEGUN, REJECTED, carry_out, how_it_stands
from hybrid_agent.dialogue.acting.proposing import rule_on
from hybrid_agent.dialogue.facts import facts_of
from hybrid_agent.dialogue.reasons import NOT_PERMITTED, OUTCOME_UNKNOWN, WRITE_FAILED
from hybrid_agent.dialogue.steps import Stepped, resolved
from hybrid_agent.records import approvals, events
from hybrid_agent.records.models import Approval, ApprovalStatus, Edit, Effect, EffectStatus, Signature
from hybrid_agent.state import (
    Escalation,
    Event,
    EventKind,
    Evidence,
    EvidenceKind,
    Phase,
    PointKind,
    Request,
    State,
)

GIVEN = (ApprovalStatus.APPROVED, ApprovalStatus.EDITED)


async def execute_request(request: Request, state: State, deployment: Deployment) -> Stepped:
    """Carry out the action of a request if it has all that the gate asks for, as the records show it.

    What was begun already, before a crash or by a recovery, is told even where it may not be done any more.
    """
    started = time.perf_counter()
    ruling = rule_on(request, state, deployment)
    granted = await _granted(request, deployment)
    permitted = policy.permits(ruling, action_of(request), granted, deployment.clock())
    perform = carry_out if permitted else how_it_stands
    effect = await perform(action_of(request).id, deployment)
    if not permitted and effect.status not in BEGUN:
        escalation = Escalation(reasons=(NOT_PERMITTED,), detail=", ".join(ruling.reasons))
        blocked = effect_event(EventKind.BLOCKED, effect, deployment.clock(), turn=state["turn"])
        return Stepped(request, events=(blocked,), escalation=escalation)
    ms = (time.perf_counter() - started) * 1000
    told = _told(request, effect, state, deployment, ms)
    async with deployment.records.read() as connection:
        new = await unrecorded(connection, told.events, effect)
    return replace(told, events=tuple(new))


async def unrecorded(connection: AsyncConnection, happened: Sequence[Event], effect: Effect) -> list[Event]:
    """Those of an effect's events that no other turn has put on record, and no recovery.

    Of two processes that look at the same moment both may find nothing: whoever counts what was executed,
    failed or expired counts each `action_id` once.
    """
    known = await events.listing(connection, thread=effect.thread, since=effect.created)
    elsewhere = [each.event for each in known]
    return [
        event
        for event in happened
        if not any(_subject(each) == _subject(event) and each.turn != event.turn for each in elsewhere)
    ]


def _subject(event: Event) -> tuple[EventKind, object]:
    named = (event.data.get(name) for name in ("approval_id", "action_id", "request"))
    return event.kind, next((name for name in named if name), None)


async def _granted(request: Request, deployment: Deployment) -> policy.Granted:
    """What the action has, read from the records and not from the state where a person is concerned."""
    approval, signed = await _approval(request, deployment)
    rule = rule_of(request, deployment).approval
    if approval is None or approval.status not in GIVEN or approval.decided_at is None or rule is None:
        return policy.Granted(confirmed=request.confirmed)
    edited = approval.status is ApprovalStatus.EDITED
    digest = _edited_digest(approval) if edited else approval.digest
    return policy.Granted(
        confirmed=request.confirmed,
        approved=digest,
        approved_by=frozenset(each.by for each in signed if each.digest == digest),
        approved_until=approval.decided_at + rule.expires_after,
    )


async def _approval(request: Request, deployment: Deployment) -> tuple[Approval | None, Sequence[Signature]]:
    if request.approval_id is None:
        return None, ()
    async with deployment.records.read() as connection:
        approval = await approvals.get(connection, request.approval_id, now=deployment.clock())
        return approval, await approvals.signed(connection, request.approval_id)


def _edited_digest(approval: Approval) -> str | None:
    decision = approval.decision if isinstance(approval.decision, dict) else {}
    if decision.get("approval") is not None:
        return None
    return Edit.model_validate(decision).action.digest


def _told(request: Request, effect: Effect, state: State, deployment: Deployment, ms: float) -> Stepped:
    match effect.status:
        case EffectStatus.SUCCEEDED:
            return _succeeded(request, effect, state, deployment, ms)
        case EffectStatus.EXECUTING:
            return _ended(request, effect, state, deployment, "in_progress", phase=Phase.RUNNING)
        case EffectStatus.UNKNOWN:
            return _ended(request, effect, state, deployment, "outcome_unknown", reason=OUTCOME_UNKNOWN)
        case _:
            return _ended(request, effect, state, deployment, "not_possible", reason=WRITE_FAILED)


def _succeeded(request: Request, effect: Effect, state: State, deployment: Deployment, ms: float) -> Stepped:
    result = Evidence(
        id=f"{request.id}.result",
        request_id=request.id,
        kind=EvidenceKind.EFFECT,
        name="result",
        source=effect.operation,
        at=effect.updated,
        data=effect.result,
    )
    done = request.model_copy(update={"phase": Phase.DONE})
    facts = facts_of(done, [*state["evidence"], result], deployment)
    template = rule_of(request, deployment).done
    point = about_action(PointKind.EFFECT, template, done, facts, deployment, under=(result.id,))
    now = deployment.clock()
    executed = effect_event(EventKind.EXECUTED, effect, now, turn=state["turn"], ms=ms)
    happened = (executed, resolved(request, state, now))
    return Stepped(done, points=(point,), evidence=[result], events=happened)


def _ended(
    request: Request,
    effect: Effect,
    state: State,
    deployment: Deployment,
    phrase: str,
    *,
    phase: Phase = Phase.DONE,
    reason: str | None = None,
) -> Stepped:
    facts = facts_of(request, state["evidence"], deployment)
    point = about_action(PointKind.NOTICE, deployment.phrases[phrase], request, facts, deployment)
    event = effect_event(EventKind.FAILED, effect, deployment.clock(), turn=state["turn"])
    return Stepped(
        request.model_copy(update={"phase": phase}),
        points=(point,),
        events=(event,) if reason else (),
        escalation=Escalation(reasons=(reason,), detail=effect.error or "") if reason else None,
    )


def effect_event(
    kind: EventKind, effect: Effect, at: datetime, *, turn: str = "", ms: float | None = None
) -> Event:
    """What happened to an effect. Of an error only its kind is told: its text may quote the customer."""
    failure = {"failure": _failure(effect)} if kind is EventKind.FAILED else {}
    return Event(
        kind=kind,
        at=at,
        turn=turn,
        intent=effect.intent,
        ms=ms,
        data={"action_id": effect.id, "operation": effect.operation, **failure},
    )


def _failure(effect: Effect) -> str:
    if effect.status is EffectStatus.UNKNOWN:
        return "unknown"
    return "rejected" if (effect.error or "").startswith(REJECTED) else "failed"
