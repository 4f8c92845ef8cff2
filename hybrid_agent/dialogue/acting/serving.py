"""Serving a request whose slots are filled and whose facts are read: escalate, act, or answer."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date

from hybrid_agent.catalog import Autonomy, Intent, KnowledgeUse, holds
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue import requests as queue
from hybrid_agent.dialogue.acting.clearing import about_action, drop, next_step
from hybrid_agent.dialogue.acting.proposing import ImpossibleError, build_action, rule_on
from hybrid_agent.dialogue.facts import Facts, facts_of
from hybrid_agent.dialogue.reasons import NO_ANSWER
from hybrid_agent.dialogue.saying import say
from hybrid_agent.dialogue.steps import Stepped, resolved
from hybrid_agent.knowledge import Answer, Scope
from hybrid_agent.state import (
    Escalation,
    Evidence,
    EvidenceKind,
    Phase,
    Point,
    PointKind,
    Request,
    State,
)


@dataclass(frozen=True, slots=True)
class Looked:
    """What the help centre says: points, and the passages under them."""

    points: tuple[Point, ...] = ()
    passages: list[Evidence] = field(default_factory=list)


async def serve(request: Request, state: State, deployment: Deployment, thread: str) -> Stepped:
    """The next step of a request. Its facts are in the state's evidence."""
    if request.intent is None:
        return await _open_question(request, state, deployment)
    intent = deployment.catalog.intents[request.intent]
    facts = facts_of(request, state["evidence"], deployment.catalog)
    for rule in intent.escalate:
        if holds(rule.when, facts.scope):
            said = (say(PointKind.ANSWER, rule.say, facts),) if rule.say else ()
            return Stepped(request, points=said, escalation=Escalation(reasons=(rule.reason,)))
    if intent.action is not None:
        return await _act(request, intent, facts, state, deployment, thread)
    answered = await _answer(request, intent, facts, deployment)
    if answered.escalation is None:
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
        return Stepped(request, escalation=Escalation(reasons=("cannot_propose",), detail=str(problem)))
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


async def _answer(request: Request, intent: Intent, facts: Facts, deployment: Deployment) -> Stepped:
    looked = await _look_up(request, intent, deployment)
    points = [*looked.points, *_first_answer(intent, facts)]
    if intent.knowledge is not None and intent.knowledge.use is KnowledgeUse.FURTHER:
        points = [*_first_answer(intent, facts), *looked.points]
    if not points and facts.ids.keys() - {"slot", "business"}:
        points = [_to_be_worded(facts)]
    if not points or (intent.autonomy is not Autonomy.AUTO and not all(point.text for point in points)):
        return Stepped(request, escalation=Escalation(reasons=(NO_ANSWER,)), evidence=looked.passages)
    if intent.autonomy in (Autonomy.SHADOW, Autonomy.DRAFT):
        escalation = Escalation(reasons=(intent.autonomy.value,), detail=" ".join(p.text for p in points))
        return Stepped(request, escalation=escalation, evidence=looked.passages)
    done = request.model_copy(update={"phase": Phase.DONE})
    return Stepped(done, points=tuple(points), evidence=looked.passages)


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
            facts_of(other, state["evidence"], deployment.catalog),
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


async def _look_up(request: Request, intent: Intent, deployment: Deployment) -> Looked:
    if intent.knowledge is None or deployment.knowledge is None:
        return Looked()
    found = await ask_knowledge(request.text, deployment, intent.knowledge.tags)
    passages = _passages(request, found, deployment)
    if intent.knowledge.use is KnowledgeUse.FURTHER:
        best = passages[:1]
        ids = tuple(item.id for item in best)
        text = deployment.phrases["read_more"]
        return (
            Looked((say(PointKind.NOTICE, text, evidence=ids, title=best[0].title),), best)
            if best
            else Looked()
        )
    return Looked(_quoted(request, found), passages)


async def ask_knowledge(text: str, deployment: Deployment, tags: tuple[str, ...] = ()) -> Answer | None:
    """What the help centre says to a question, off the event loop; None where there is none."""
    if deployment.knowledge is None:
        return None
    language = deployment.catalog.language
    return await asyncio.to_thread(
        deployment.knowledge.answers, text, Scope(on=today(deployment), tags=tags, locale=language)
    )


def today(deployment: Deployment) -> date:
    """The date where the shop is."""
    return deployment.now().date()


def _quoted(request: Request, found: Answer | None) -> tuple[Point, ...]:
    if found is None or not found.answerable:
        return ()
    return tuple(
        Point(
            kind=PointKind.ANSWER,
            text=sentence.text,
            evidence=(f"{request.id}.{sentence.passage.id}",),
        )
        for sentence in found.sentences
    )


def _passages(request: Request, found: Answer | None, deployment: Deployment) -> list[Evidence]:
    if found is None:
        return []
    looked_at = {hit.passage.id: hit.passage for hit in found.hits}
    used = {sentence.passage.id: sentence.passage for sentence in found.sentences}
    return [
        Evidence(
            id=f"{request.id}.{passage.id}",
            request_id=request.id,
            kind=EvidenceKind.PASSAGE,
            name=passage.article,
            source=passage.source,
            at=deployment.clock(),
            title=" > ".join((passage.title, *passage.section)),
            url=passage.url,
            text=passage.text,
        )
        for passage in (used or looked_at).values()
    ]


async def _open_question(request: Request, state: State, deployment: Deployment) -> Stepped:
    """A question that none of the intents is meant for: the help centre's answer, or none."""
    found = await ask_knowledge(request.text, deployment)
    done = request.model_copy(update={"phase": Phase.DONE})
    if found is not None and found.answerable:
        return Stepped(
            done,
            points=_quoted(request, found),
            evidence=_passages(request, found, deployment),
            events=(resolved(request, state, deployment.clock()),),
        )
    misses = state.get("misunderstood", 0) + 1
    if misses >= deployment.catalog.signals.misunderstood:
        return Stepped(request, escalation=Escalation(reasons=("not_understood",)), misunderstood=misses)
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
    return deployment.catalog.intents[request.intent].sign_in
