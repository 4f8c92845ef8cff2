"""Serving a request whose slots are filled and whose facts are read: escalate, act, or answer."""

from dataclasses import replace

from hybrid_agent.catalog import Autonomy, Intent, KnowledgeUse, holds
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue import requests as queue
from hybrid_agent.dialogue.acting.clearing import about_action, drop, next_step
from hybrid_agent.dialogue.acting.looking_up import Looked, look_up, undecided
from hybrid_agent.dialogue.acting.proposing import ImpossibleError, build_action, rule_on
from hybrid_agent.dialogue.facts import Facts, facts_of
from hybrid_agent.dialogue.reasons import CANNOT_PROPOSE, NO_ANSWER, NOT_UNDERSTOOD
from hybrid_agent.dialogue.saying import NOTHING, say
from hybrid_agent.dialogue.steps import Stepped, resolved
from hybrid_agent.state import (
    Escalation,
    Phase,
    Point,
    PointKind,
    Request,
    State,
)


async def serve(request: Request, state: State, deployment: Deployment, thread: str) -> Stepped:
    """The next step of a request. Its facts are in the state's evidence."""
    if request.intent is None:
        return await _open_question(request, state, deployment)
    intent = deployment.catalog.intents[request.intent]
    facts = facts_of(request, state["evidence"], deployment)
    if intent.refuse is not None:
        refusal = say(PointKind.REFUSAL, intent.refuse, facts)
        return Stepped(request.model_copy(update={"phase": Phase.DONE}), points=(refusal,))
    for rule in intent.escalate:
        if holds(rule.when, facts.scope):
            said = (say(PointKind.ANSWER, rule.say, facts),) if rule.say else ()
            return Stepped(request, points=said, escalation=Escalation(reasons=(rule.reason,)))
    if intent.action is not None:
        return await _act(request, intent, facts, state, deployment, thread)
    answered = await _answer(request, intent, facts, state, deployment)
    if answered.request.phase is Phase.DONE:
        answered = replace(answered, events=(resolved(request, state, deployment.clock()),))
    return replace(answered, points=(*answered.points, *still_waiting(request, state, deployment)))


async def _act(
    request: Request, intent: Intent, facts: Facts, state: State, deployment: Deployment, thread: str
) -> Stepped:
    rule = intent.action
    assert rule is not None
    operation = deployment.toolbox.operations[rule.operation]
    try:
        action = build_action(
            request,
            rule,
            operation,
            facts,
            thread=thread,
            customer_id=state.get("customer_id"),
            timezone=deployment.catalog.timezone,
        )
    except ImpossibleError as problem:
        told = _blocked_by_condition(request, intent, facts)
        if told is not None:
            return replace(told, events=(resolved(request, state, deployment.clock()),))
        return Stepped(request, escalation=Escalation(reasons=(CANNOT_PROPOSE,), detail=str(problem)))
    if request.action is not None and request.action.id != action.id:
        await drop(request, deployment, "replaced by a correction")
    proposed = request.model_copy(update={"action": action})
    ruling = rule_on(proposed, state, deployment)
    return await next_step(proposed, ruling, state, deployment, thread)


def _blocked_by_condition(request: Request, intent: Intent, facts: Facts) -> Stepped | None:
    """Where an argument is missing because the action is not allowed anyway, the reason why it is not."""
    for allow in intent.action.allow if intent.action else ():
        if not holds(allow.when, facts.scope):
            point = say(PointKind.ANSWER, allow.otherwise, facts)
            return Stepped(request.model_copy(update={"phase": Phase.DONE}), points=(point,))
    return None


async def _answer(
    request: Request, intent: Intent, facts: Facts, state: State, deployment: Deployment
) -> Stepped:
    looked = await look_up(request, intent, facts, deployment)
    points = [*looked.points, *_first_answer(intent, facts)]
    if intent.knowledge is not None and intent.knowledge.use is KnowledgeUse.FURTHER:
        points = [*_first_answer(intent, facts), *looked.points]
    if not points and facts.ids.keys() - {"slot", "business"}:
        points = [_to_be_worded(facts)]
    if not points and intent.autonomy is Autonomy.AUTO:
        return undecided(request, looked, state, deployment) or _no_answer(request, looked)
    if not points or (intent.autonomy is not Autonomy.AUTO and not all(point.text for point in points)):
        return _no_answer(request, looked)
    if intent.autonomy in (Autonomy.SHADOW, Autonomy.DRAFT):
        escalation = Escalation(reasons=(intent.autonomy.value,), detail=" ".join(p.text for p in points))
        return Stepped(request, escalation=escalation, evidence=looked.passages)
    done = request.model_copy(update={"phase": Phase.DONE})
    return Stepped(done, points=tuple(points), evidence=looked.passages)


def _no_answer(request: Request, looked: Looked) -> Stepped:
    """A person answers, with the passages that were looked at."""
    return Stepped(request, escalation=Escalation(reasons=(NO_ANSWER,)), evidence=looked.passages)


def _to_be_worded(facts: Facts) -> Point:
    """An answer that the catalog has no words for, resting on all that was read."""
    return Point(kind=PointKind.ANSWER, text="", evidence=tuple(facts.ids.values()))


def still_waiting(request: Request, state: State, deployment: Deployment) -> tuple[Point, ...]:
    """What is pending about the same thing: whoever asks about an order hears that its refund waits."""
    said = [slot.value for slot in request.slots.values()]
    return tuple(
        about_action(
            PointKind.PENDING,
            deployment.phrases["still_pending"],
            other,
            facts_of(other, state["evidence"], deployment),
            deployment,
        )
        for other in queue.in_phase(state["requests"], Phase.APPROVING)
        if other.id != request.id and any(slot.value in said for slot in other.slots.values())
    )


def _first_answer(intent: Intent, facts: Facts) -> list[Point]:
    for answer in intent.answers:
        if holds(answer.when, facts.scope):
            return [say(PointKind.ANSWER, answer.say, facts)]
    return []


async def _open_question(request: Request, state: State, deployment: Deployment) -> Stepped:
    """A question that none of the intents is meant for: the help centre's answer, or none."""
    looked = await look_up(request, None, NOTHING, deployment)
    done = request.model_copy(update={"phase": Phase.DONE})
    if looked.points:
        told = (resolved(request, state, deployment.clock()),)
        return Stepped(done, points=looked.points, evidence=looked.passages, events=told)
    other = undecided(request, looked, state, deployment)
    if other is not None:
        return other
    if request.clarified or looked.failed:
        return _no_answer(request, looked)
    misses = state.get("misunderstood", 0) + 1
    if misses >= deployment.catalog.signals.misunderstood or state.get("language"):
        return Stepped(request, escalation=Escalation(reasons=(NOT_UNDERSTOOD,)), misunderstood=misses)
    point = say(PointKind.ASK, deployment.phrases["out_of_scope"])
    return Stepped(done, points=(point,), misunderstood=misses)


def sign_in_first(request: Request, deployment: Deployment) -> Stepped:
    """What an anonymous caller hears who wants something of an account."""
    point = say(PointKind.REFUSAL, deployment.phrases["sign_in"])
    return Stepped(request.model_copy(update={"phase": Phase.DONE}), points=(point,))


def needs_sign_in(request: Request, state: State, deployment: Deployment) -> bool:
    """Whether the request is about an account and nobody is signed in."""
    if request.intent is None or state.get("customer_id") is not None:
        return False
    intent = deployment.catalog.intents[request.intent]
    return intent.sign_in and intent.refuse is None
