"""What the gate's ruling means for a request: ask the customer, ask a person, or clear it for execution."""

from dataclasses import replace
from datetime import datetime

from pydantic import JsonValue

from hybrid_agent.catalog import ActionRule
from hybrid_agent.catalog.wording import conditions_of
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.facts import NOT_FACTS, Facts, facts_of
from hybrid_agent.dialogue.saying import say
from hybrid_agent.dialogue.steps import Stepped, resolved
from hybrid_agent.policy import Ruling, Verdict, effective_risk, with_arguments
from hybrid_agent.records import ContradictionError, approvals, ledger
from hybrid_agent.records.models import ApprovalRequest, Effect, EffectStatus
from hybrid_agent.state import (
    Action,
    Escalation,
    Event,
    EventKind,
    Phase,
    Point,
    PointKind,
    Question,
    QuestionKind,
    Request,
    State,
)

UNDER_WAY = {EffectStatus.PROPOSED: "still_pending", EffectStatus.UNKNOWN: "outcome_unknown"}
"""What is said of the same action that is under way already; in any other state it is being done."""


async def next_step(
    request: Request, ruling: Ruling, state: State, deployment: Deployment, thread: str
) -> Stepped:
    """Take a request with an action one step on, as the ruling says."""
    facts = facts_of(request, state["evidence"], deployment)
    match ruling.verdict:
        case Verdict.SIGN_IN:
            return _done(request, say(PointKind.REFUSAL, deployment.phrases["sign_in"]))
        case Verdict.NOT_ALLOWED:
            template = ruling.otherwise or deployment.phrases["not_possible"]
            told = about_action(PointKind.ANSWER, template, request, facts, deployment)
            return replace(_done(request, told), events=(resolved(request, state, deployment.clock()),))
        case Verdict.HAND_OFF:
            return Stepped(request, escalation=Escalation(reasons=ruling.reasons))
        case Verdict.PROCEED:
            return await _proceed(request, ruling, facts, state, deployment, thread)


async def _proceed(
    request: Request, ruling: Ruling, facts: Facts, state: State, deployment: Deployment, thread: str
) -> Stepped:
    action, now = action_of(request), deployment.clock()
    async with deployment.records.write() as tx:
        twin = await ledger.in_flight(tx, action, now=now)
        known = await ledger.get(tx, action.id)
        if twin is None:
            standing = await ledger.propose(tx, action, thread=thread, intent=str(request.intent), now=now)
            if ruling.approval and _agreed(request, ruling):
                wanted = approval_request(request, ruling, facts, deployment)
                await approvals.request(tx, wanted, action, thread=thread, intent=standing.intent, now=now)
            elif _agreed(request, ruling):
                by = f"customer:{action.customer_id}" if ruling.customer_yes else "policy"
                await ledger.approve(tx, standing.id, by=by, now=now)
    if twin is not None and _left_behind(twin, state, thread):
        request = request.model_copy(update={"action": twin.action})
        if twin.status is not EffectStatus.PROPOSED:
            return Stepped(request.model_copy(update={"phase": Phase.CLEARED, "confirmed": twin.digest}))
    elif twin is not None:
        return _same_again(request, facts, twin, deployment)
    proposed = () if twin or known else (_event(EventKind.PROPOSED, request, state, now),)
    if not _agreed(request, ruling):
        return _ask_customer(request, facts, deployment, proposed)
    if ruling.approval:
        return _ask_person(request, facts, deployment, proposed)
    cleared = request.model_copy(update={"phase": Phase.CLEARED})
    return Stepped(cleared, events=proposed)


def _left_behind(twin: Effect, state: State, thread: str) -> bool:
    """Whether it is this conversation's own, and a crash lost the request that it belongs to."""
    ids = {request.action.id for request in state["requests"] if request.action}
    return twin.thread == thread and twin.id not in ids


def _agreed(request: Request, ruling: Ruling) -> bool:
    return not ruling.customer_yes or request.confirmed == action_of(request).digest


def _ask_customer(
    request: Request, facts: Facts, deployment: Deployment, proposed: tuple[Event, ...]
) -> Stepped:
    template = rule_of(request, deployment).confirm or deployment.phrases["confirm"]
    return Stepped(
        request.model_copy(update={"phase": Phase.CONFIRMING}),
        question=Question(kind=QuestionKind.CONFIRM, request_id=request.id, text=action_of(request).summary),
        points=(about_action(PointKind.CONFIRM, template, request, facts, deployment),),
        events=proposed,
    )


def _ask_person(
    request: Request, facts: Facts, deployment: Deployment, proposed: tuple[Event, ...]
) -> Stepped:
    template = rule_of(request, deployment).pending or deployment.phrases["pending"]
    waiting = request.model_copy(
        update={"phase": Phase.APPROVING, "approval_id": approval_id(action_of(request))}
    )
    return Stepped(
        waiting,
        points=(about_action(PointKind.PENDING, template, request, facts, deployment),),
        events=proposed,
    )


def _same_again(request: Request, facts: Facts, twin: Effect, deployment: Deployment) -> Stepped:
    """The same is under way already for this customer: say so instead of doing it twice."""
    phrase = UNDER_WAY.get(twin.status, "in_progress")
    return _done(
        request, about_action(PointKind.PENDING, deployment.phrases[phrase], request, facts, deployment)
    )


async def drop(request: Request, deployment: Deployment, reason: str) -> bool:
    """Take an action that will not be done off the ledger; False where it is too late, it was begun."""
    if request.action is None:
        return True
    try:
        async with deployment.records.write() as tx:
            await ledger.drop(tx, request.action.id, reason=reason, now=deployment.clock())
    except ContradictionError:
        return False
    return True


def _done(request: Request, point: Point) -> Stepped:
    return Stepped(request.model_copy(update={"phase": Phase.DONE}), points=(point,))


def about_action(
    kind: PointKind,
    template: str,
    request: Request,
    facts: Facts,
    deployment: Deployment,
    *,
    under: tuple[str, ...] = (),
    **values: str,
) -> Point:
    """A point about a request's action, whose summary and arguments may be said; `under` is more evidence."""
    rule, action = rule_of(request, deployment), action_of(request)
    ids = (*facts.under(rule.summary), f"{request.id}.argument", f"{request.id}.slot", *under)
    with_arguments = Facts({**facts.scope, "argument": dict(action.arguments)}, facts.ids)
    return say(kind, template, with_arguments, evidence=ids, summary=action.summary, **values)


def rule_of(request: Request, deployment: Deployment) -> ActionRule:
    """The catalog's rule for the action of this request."""
    rule = deployment.catalog.intents[str(request.intent)].action
    if rule is None:
        raise LookupError(f"the intent {request.intent} has no action")
    return rule


def action_of(request: Request) -> Action:
    """The action of a request that has one."""
    if request.action is None:
        raise LookupError(f"the request {request.id} has no action")
    return request.action


def approval_id(action: Action) -> str:
    """The id of the approval that an action waits for: the same whenever it is asked for again."""
    return f"A-{action.id[:12]}"


def approval_request(
    request: Request, ruling: Ruling, facts: Facts, deployment: Deployment
) -> ApprovalRequest:
    """The approval that an action needs: who may give it, what they are shown, and until when."""
    rule, action = rule_of(request, deployment), action_of(request)
    if rule.approval is None:
        raise LookupError(f"the action of {request.intent} names nobody who may approve it")
    risk = effective_risk(deployment.toolbox.operations[action.operation], rule)
    payload: dict[str, JsonValue] = {
        "arguments": dict(action.arguments),
        "sources": dict(action.sources),
        "facts": {name: value for name, value in facts.scope.items() if name not in NOT_FACTS},
        "confidence": request.confidence,
        "message": request.text,
        "risk": risk.value,
        "reasons": list(ruling.reasons),
        "policy": conditions_of(rule, with_arguments(facts.scope, action)),
    }
    return ApprovalRequest(
        id=approval_id(action),
        rules=[approver.model_dump(mode="json") for approver in rule.approval.by],
        payload=payload,
        expires=deployment.clock() + rule.approval.expires_after,
        needed=ruling.people,
    )


def _event(kind: EventKind, request: Request, state: State, at: datetime) -> Event:
    action = action_of(request)
    return Event(
        kind=kind,
        at=at,
        turn=state["turn"],
        intent=request.intent,
        data={"operation": action.operation, "action_id": action.id},
    )
