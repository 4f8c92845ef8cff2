"""Hearing a message out: settle what was decided meanwhile, understand it, carry out what it means."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue

from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue import requests as queue
from hybrid_agent.dialogue.acting.clearing import about_action, drop, next_step
from hybrid_agent.dialogue.acting.proposing import rule_on
from hybrid_agent.dialogue.consulting import extracted, understand
from hybrid_agent.dialogue.deciding.following import standing, withdraw
from hybrid_agent.dialogue.facts import facts_of, of_requests
from hybrid_agent.dialogue.gathering.filling import wanted_for
from hybrid_agent.dialogue.hearing.catching_up import begun, caught_up, is_overtaken, without_answer
from hybrid_agent.dialogue.hearing.interpret import Change, Heard, Rules, interpret
from hybrid_agent.dialogue.saying import say
from hybrid_agent.dialogue.transcript import earlier_texts
from hybrid_agent.reasoning.protocol import OPINIONS, Understanding, Utterance, Wanted
from hybrid_agent.state import (
    Escalation,
    Event,
    EventKind,
    Phase,
    Point,
    PointKind,
    QuestionKind,
    Request,
    Signals,
    SlotValue,
    State,
    Update,
)

INSULT = "insult"
"""The phrase that is said once, and its name among what was told."""


async def hear(state: State, deployment: Deployment, thread: str) -> Update:
    """The update that a message makes before any slot is filled or any system read."""
    state, settled = await _settle(state, deployment)
    started = time.perf_counter()
    utterance = utterance_of(state, deployment)
    utterance = utterance.model_copy(update={"wanted": _wanted(state, deployment)})
    understanding = await understand(utterance, deployment)
    if is_overtaken(state.get("question"), state["requests"]):
        state, understanding = {**state, "question": None}, without_answer(understanding)
    slots = await _slots(understanding, utterance, deployment) if state.get("question") else {}
    heard = Heard(state["heard"], understanding, slots)
    ms = (time.perf_counter() - started) * 1000
    change = interpret(state, heard, Rules(deployment.catalog, deployment.phrases))
    change, consequences = await _carry_out(change, state, deployment, thread)
    classified = _classified(understanding, state, deployment, ms)
    told, calmed = state.get("told", []), _calmed(understanding.signals, state, deployment)
    update = change.update()
    return update | {
        "evidence": of_requests(state["evidence"], change.requests),
        "signals": understanding.signals,
        "told": [*told, INSULT] if calmed else told,
        "points": [*state["points"], *calmed, *settled.points, *update["points"]],
        "escalation": update["escalation"] or settled.escalation,
        "events": [*state["events"], *settled.events, *classified, *consequences],
    }


def _calmed(signals: Signals, state: State, deployment: Deployment) -> tuple[Point, ...]:
    """What is said to the first insult, before the request is served all the same."""
    if not signals.insult or INSULT in state.get("told", []):
        return ()
    return (say(PointKind.NOTICE, deployment.phrases[INSULT]),)


def utterance_of(state: State, deployment: Deployment) -> Utterance:
    """The message for the reasoner, with what was said and asked before it."""
    waiting = queue.in_phase(state["requests"], Phase.APPROVING)
    return Utterance(
        text=state["heard"],
        now=deployment.now(),
        earlier=earlier_texts(state),
        question=state.get("question"),
        pending=tuple(each.action.summary for each in waiting if each.action),
        known=tuple(state["evidence"]),
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """What was decided since the last turn, in another run or process."""

    points: tuple[Point, ...]
    events: tuple[Event, ...]
    escalation: Escalation | None


async def _settle(state: State, deployment: Deployment) -> tuple[State, Settled]:
    """The state with approvals and actions as the records have them now: decided or begun meanwhile."""
    gone = queue.retired(state["requests"], deployment.catalog)
    again = [
        each.model_copy(update={"phase": Phase.CLEARED})
        for each in queue.in_phase(state["requests"], Phase.RUNNING)
    ]
    known = queue.replaced(state["requests"], *again, *queue.handed_off(gone))
    caught = await caught_up(known, deployment)
    waiting = queue.in_phase(caught, Phase.APPROVING)
    entered = [await standing(request, state, deployment) for request in waiting]
    requests = queue.replaced(caught, *(each.request for each in entered))
    settled = Settled(
        points=tuple(point for each in entered for point in each.points),
        events=tuple(event for each in entered for event in each.events),
        escalation=queue.NO_LONGER_OFFERED
        if gone
        else next((each.escalation for each in entered if each.escalation), None),
    )
    return {**state, "requests": requests}, settled


def _wanted(state: State, deployment: Deployment) -> Wanted | None:
    """The slots of the request that a question is open for: the message may give or correct them."""
    question = state.get("question")
    request = queue.about(state["requests"], question) if question else None
    if question is None or request is None or question.kind not in (QuestionKind.SLOT, QuestionKind.CONFIRM):
        return None
    return wanted_for(question, deployment.catalog, request)


async def _slots(
    understanding: Understanding, utterance: Utterance, deployment: Deployment
) -> Mapping[str, SlotValue]:
    """The wanted slots that the message gives, found together with its meaning or by themselves."""
    if understanding.slots is not None or utterance.wanted is None:
        return understanding.slots or {}
    return await extracted(utterance, utterance.wanted, deployment)


async def _carry_out(
    change: Change, state: State, deployment: Deployment, thread: str
) -> tuple[Change, list[Event]]:
    """Do what a no, a yes or a withdrawal asks for in the records."""
    before = {request.id: request for request in state["requests"]}
    events: list[Event] = []
    for request in change.requests:
        old = before.get(request.id)
        if old is None or old.phase is not Phase.CONFIRMING:
            continue
        if request.phase is Phase.DONE:
            if not await drop(request, deployment, "the customer said no"):
                change = replace(change, requests=queue.replaced(change.requests, begun(request)), points=())
        elif request.phase is Phase.CLEARED and change.escalation is None:
            stepped = await next_step(request, rule_on(request, state, deployment), state, deployment, thread)
            events += [_of_request(EventKind.CONFIRMED, request, state, deployment), *stepped.events]
            change = replace(
                change,
                requests=queue.replaced(change.requests, stepped.request),
                question=stepped.question,
                points=(*change.points, *stepped.points),
                escalation=stepped.escalation,
            )
    if change.withdrawn:
        change = await _withdraw(change, state, deployment, thread)
        events += [_of_request(EventKind.WITHDRAWN, each, state, deployment) for each in change.withdrawn]
    return change, events


async def _withdraw(change: Change, state: State, deployment: Deployment, thread: str) -> Change:
    by = f"customer:{state.get('customer_id')}"
    taken = await withdraw(thread, by, deployment)
    requests = [request for request in change.withdrawn if request.approval_id in taken]
    done = [request.model_copy(update={"phase": Phase.DONE}) for request in requests]
    template = deployment.phrases["withdrawn"]
    points = [
        about_action(
            PointKind.NOTICE,
            template,
            request,
            facts_of(request, state["evidence"], deployment),
            deployment,
        )
        for request in requests
    ]
    return replace(
        change,
        withdrawn=tuple(requests),
        requests=queue.replaced(change.requests, *done),
        points=(*change.points, *points),
    )


def _of_request(kind: EventKind, request: Request, state: State, deployment: Deployment) -> Event:
    action_id = request.action.id if request.action else None
    return Event(
        kind=kind,
        at=deployment.clock(),
        turn=state["turn"],
        intent=request.intent,
        data={"action_id": action_id},
    )


def _classified(understanding: Understanding, state: State, deployment: Deployment, ms: float) -> list[Event]:
    signals = understanding.signals
    opinions: dict[str, JsonValue] = {}
    if understanding.opinions:
        opinions[OPINIONS] = [each.model_dump(mode="json") for each in understanding.opinions]
    return [
        Event(
            kind=EventKind.CLASSIFIED,
            at=deployment.clock(),
            turn=state["turn"],
            intent=reading.intent,
            ms=ms,
            data={
                "confidence": reading.confidence,
                **(opinions if place == 0 else {}),
                "answer": understanding.answer.value,
                "anger": signals.anger,
                "repetition": signals.repetition,
                "wants_person": signals.wants_person,
                "insult": signals.insult,
                "threat": signals.threat,
            },
        )
        for place, reading in enumerate(understanding.readings)
    ]
