"""What follows for a request from its approval, as that stands in the records."""

from dataclasses import dataclass

from hybrid_agent.catalog.phrasing import render
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.acting.clearing import about_action, rule_of
from hybrid_agent.dialogue.facts import facts_of
from hybrid_agent.dialogue.reasons import APPROVAL_EXPIRED, TAKEN_OVER
from hybrid_agent.dialogue.telling import expiry_mark
from hybrid_agent.records import approvals, messages
from hybrid_agent.records.models import Approval, ApprovalStatus, Edit
from hybrid_agent.state import (
    Escalation,
    Event,
    EventKind,
    Phase,
    Point,
    PointKind,
    Request,
    State,
)

PHASES = {
    ApprovalStatus.PENDING: Phase.APPROVING,
    ApprovalStatus.APPROVED: Phase.CLEARED,
    ApprovalStatus.EDITED: Phase.CLEARED,
    ApprovalStatus.TAKEN_OVER: Phase.HANDED_OFF,
    ApprovalStatus.EXPIRED: Phase.HANDED_OFF,
}
EVENTS = {
    ApprovalStatus.APPROVED: EventKind.APPROVED,
    ApprovalStatus.EDITED: EventKind.APPROVED,
    ApprovalStatus.REJECTED: EventKind.REJECTED,
    ApprovalStatus.RESPONDED: EventKind.REJECTED,
    ApprovalStatus.WITHDRAWN: EventKind.WITHDRAWN,
    ApprovalStatus.TAKEN_OVER: EventKind.TAKEN_OVER,
    ApprovalStatus.EXPIRED: EventKind.EXPIRED,
}
ESCALATIONS = {ApprovalStatus.TAKEN_OVER: TAKEN_OVER, ApprovalStatus.EXPIRED: APPROVAL_EXPIRED}


@dataclass(frozen=True, slots=True)
class Entered:
    """What a decision did: the request after it, or a notice to the decider why it does not count."""

    request: Request
    points: tuple[Point, ...] = ()
    events: tuple[Event, ...] = ()
    escalation: Escalation | None = None
    notice: str | None = None


def follow(request: Request, approval: Approval, state: State, deployment: Deployment) -> Entered:
    """The request as its approval leaves it, with what the customer hears of it."""
    after = request.model_copy(update={"phase": PHASES.get(approval.status, Phase.DONE)})
    reason = ESCALATIONS.get(approval.status)
    kind = EVENTS.get(approval.status)
    return Entered(
        edited(after, approval),
        _points(request, approval, state, deployment),
        (_event(kind, request, approval, state, deployment),) if kind else (),
        Escalation(reasons=(reason,), detail=approval.reason or "") if reason else None,
    )


def edited(request: Request, approval: Approval) -> Request:
    """The request with the action that an approver put in its place, which stands for the customer's yes."""
    if approval.status is not ApprovalStatus.EDITED:
        return request
    decision = Edit.model_validate(approval.decision)
    further = decision.approval
    return request.model_copy(
        update={
            "action": decision.action,
            "confirmed": decision.action.digest,
            "approval_id": further.id if further else approval.id,
            "phase": Phase.APPROVING if further else Phase.CLEARED,
        }
    )


def _points(request: Request, approval: Approval, state: State, deployment: Deployment) -> tuple[Point, ...]:
    match approval.status:
        case ApprovalStatus.RESPONDED:
            decision = approval.decision if isinstance(approval.decision, dict) else {}
            return (Point(kind=PointKind.PERSON, text=str(decision.get("text", ""))),)
        case ApprovalStatus.REJECTED:
            return _rejected(request, approval, state, deployment)
        case ApprovalStatus.EXPIRED:
            facts = facts_of(request, state["evidence"], deployment)
            template = deployment.phrases["expired"]
            return (about_action(PointKind.NOTICE, template, request, facts, deployment),)
        case _:
            return ()


def _rejected(
    request: Request, approval: Approval, state: State, deployment: Deployment
) -> tuple[Point, ...]:
    """That it was rejected, in the catalog's words if it has some, and the person's reason in theirs."""
    facts = facts_of(request, state["evidence"], deployment)
    template = rule_of(request, deployment).rejected or deployment.phrases["rejected"]
    told = about_action(PointKind.PERSON, template, request, facts, deployment)
    if not approval.reason:
        return (told,)
    reason = render(deployment.phrases["rejected_because"], {"reason": approval.reason})
    return (told, Point(kind=PointKind.PERSON, text=reason))


def _event(
    kind: EventKind, request: Request, approval: Approval, state: State, deployment: Deployment
) -> Event:
    ended = approval.decided_at or deployment.clock()
    return Event(
        kind=kind,
        at=deployment.clock(),
        turn=state["turn"],
        intent=request.intent,
        data={
            "approval_id": approval.id,
            "operation": approval.operation,
            "decision": approval.status.value,
            "by": approval.decided_by,
            "waited_s": (ended - approval.created).total_seconds(),
        },
    )


async def standing(request: Request, state: State, deployment: Deployment) -> Entered:
    """What became of the approval that a request waits for, whoever decided it and wherever."""
    async with deployment.records.read() as connection:
        approval = await approvals.get(connection, str(request.approval_id), now=deployment.clock())
    return Entered(request) if approval is None else await followed(request, approval, state, deployment)


async def followed(request: Request, approval: Approval, state: State, deployment: Deployment) -> Entered:
    """As `follow`; what the customer was told already, while no run was going on, is not told again."""
    async with deployment.records.read() as connection:
        if await messages.marked(connection, approval.thread, expiry_mark(approval)) is not None:
            return Entered(request.model_copy(update={"phase": PHASES[ApprovalStatus.EXPIRED]}))
    return follow(request, approval, state, deployment)


async def withdraw(thread: str, by: str, deployment: Deployment) -> set[str]:
    """Take back what is pending at the customer's wish; the ids of what was not decided by then."""
    async with deployment.records.write() as tx:
        now = deployment.clock()
        taken = await approvals.withdraw(
            tx, thread=thread, by=by, reason="the customer took it back", now=now
        )
    return {approval.id for approval in taken}
