"""Closing a turn: what was served, what happened, and what to do with a reply that may not go out."""

from collections.abc import Collection, Sequence
from datetime import datetime

from pydantic import JsonValue

from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue import requests as queue
from hybrid_agent.dialogue.closing.composing import judged_in, unanswered
from hybrid_agent.dialogue.closing.packet import hand_off_id
from hybrid_agent.dialogue.reasons import BLOCKED, NO_ANSWER
from hybrid_agent.guardrails import Violation
from hybrid_agent.state import (
    Escalation,
    Event,
    EventKind,
    Phase,
    Served,
    State,
    Status,
    Update,
    usage_of,
)
from hybrid_agent.usage import Usage

CLOSING = (EventKind.ANSWERED, EventKind.REFUSED)
"""The event that ends a run, if the bot said something in it, is one of these."""


def served_of(state: State, thread: str, now: datetime) -> Served:
    """The turn for whoever embeds the graph; empty where a stranger was refused."""
    if state["status"] is Status.REFUSED and not state["heard"]:
        return Served(ms=_ms(state, now))
    active = [
        request
        for request in state["requests"]
        if queue.of_turn(request, state) or request.phase not in queue.FINISHED
    ]
    waiting = queue.in_phase(state["requests"], Phase.APPROVING)
    escalation = state["escalation"]
    return Served(
        intents={request.intent: request.confidence for request in active if request.intent},
        slots={name: slot.value for request in active for name, slot in request.slots.items()},
        question=state.get("question"),
        approvals=tuple(str(request.approval_id) for request in waiting),
        hand_off=hand_off_id(thread, state["turn"]) if escalation else None,
        reasons=escalation.reasons if escalation else (),
        ms=_ms(state, now),
        usage=usage_of(state["trail"]),
        total=state.get("usage", Usage()),
        judged=judged_in(state["events"]),
    )


def _ms(state: State, now: datetime) -> float:
    return (now - state["started"]).total_seconds() * 1000


def finished(state: State, deployment: Deployment) -> list[Event]:
    """How the turn ended, as an event; the reply itself is not in it."""
    if state["reply"] is None:
        return []
    now = deployment.clock()
    kind = EventKind.REFUSED if state["status"] is Status.REFUSED else EventKind.ANSWERED
    return [
        Event(
            kind=kind,
            at=now,
            turn=state["turn"],
            intent=_served_intent(state),
            ms=_ms(state, now),
            data={
                "status": state["status"].value,
                "citations": len(state["reply"].citations),
                "steps": [step.node for step in state["trail"]],
            },
        )
    ]


def _served_intent(state: State) -> str | None:
    """The intent of the first request that this run served: made, gone on with, or decided on in it."""
    run = _of_run(state["events"])
    made = [request for request in state["requests"] if queue.of_turn(request, state)]
    if made and len(run) == len(state["events"]):
        return made[0].intent
    classified = [place for place, event in enumerate(run) if event.kind is EventKind.CLASSIFIED]
    after = [event for event in run[classified[-1] + 1 if classified else 0 :] if event.intent]
    if after:
        return after[0].intent
    question = state.get("question")
    asked = queue.about(state["requests"], question) if question and state["heard"] else None
    return asked.intent if asked else None


def _of_run(happened: Sequence[Event]) -> Sequence[Event]:
    """The events of the running run: a turn that was resumed has those of its earlier runs before them."""
    ends = [place for place, event in enumerate(happened) if event.kind in CLOSING]
    return happened[ends[-1] + 1 :] if ends else happened


def blocked(state: State, broken: Sequence[Violation], deployment: Deployment) -> Update:
    """Instead of a reply that its evidence does not carry: a person, and standard words."""
    found = [f"{violation.rule}: {deployment.redactor.mask(violation.what)}" for violation in broken]
    event = Event(
        kind=EventKind.BLOCKED,
        at=deployment.clock(),
        turn=state["turn"],
        data={"violations": list(found)},
    )
    return {
        "points": [],
        "reply": None,
        "escalation": Escalation(reasons=(BLOCKED,), detail="; ".join(found)),
        "events": [*_unresolved(state["events"]), event],
    }


def unsaid(state: State) -> Update:
    """A person for what has no answer, beside the rest of the reply: what was done is told."""
    missing = unanswered(state["points"], state["sentences"])
    about = {item.request_id for item in state["evidence"] for point in missing if item.id in point.evidence}
    return {
        "points": [point for point in state["points"] if point not in missing],
        "reply": None,
        "escalation": state["escalation"] or Escalation(reasons=(NO_ANSWER,)),
        "events": _unresolved(state["events"], about),
    }


def _unresolved(happened: Sequence[Event], requests: Collection[JsonValue] | None = None) -> list[Event]:
    """The events without what this run resolved, of these requests or of all: nobody hears of it."""
    run = _of_run(happened)
    earlier = happened[: len(happened) - len(run)]
    return [*earlier, *(event for event in run if not _resolves(event, requests))]


def _resolves(event: Event, requests: Collection[JsonValue] | None) -> bool:
    return event.kind is EventKind.RESOLVED and (requests is None or event.data["request"] in requests)
