"""Closing a turn: what was served, what happened, and what to do with a reply that may not go out."""

from collections.abc import Sequence
from datetime import datetime

from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue import requests as queue
from hybrid_agent.dialogue.closing.packet import hand_off_id
from hybrid_agent.dialogue.closing.replying import BLOCKED
from hybrid_agent.guardrails import Violation
from hybrid_agent.redaction.masking import mask
from hybrid_agent.state import Escalation, Event, EventKind, Phase, Served, State, Status, Update


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
    )


def _ms(state: State, now: datetime) -> float:
    return (now - state["started"]).total_seconds() * 1000


def finished(state: State, deployment: Deployment) -> list[Event]:
    """How the turn ended, as an event; the reply itself is not in it."""
    if state["reply"] is None:
        return []
    now = deployment.clock()
    kind = EventKind.REFUSED if state["status"] is Status.REFUSED else EventKind.ANSWERED
    request = queue.first_in(state["requests"][::-1], *Phase)
    ended = Event(
        kind=kind,
        at=now,
        turn=state["turn"],
        intent=request.intent if request else None,
        ms=_ms(state, now),
        data={
            "status": state["status"].value,
            "citations": len(state["reply"].citations),
            "steps": [step.node for step in state["trail"]],
        },
    )
    return [ended, *_resolved(state, now)]


def _resolved(state: State, now: datetime) -> list[Event]:
    """Requests that the bot brought to an end in this turn, without a person taking over."""
    if state["status"] is not Status.ANSWERED:
        return []
    ended = [each for each in queue.in_phase(state["requests"], Phase.DONE) if queue.of_turn(each, state)]
    return [
        Event(
            kind=EventKind.RESOLVED,
            at=now,
            turn=state["turn"],
            intent=request.intent,
            data={"request": request.id},
        )
        for request in ended
    ]


def blocked(state: State, broken: Sequence[Violation], deployment: Deployment) -> Update:
    """Instead of a reply that its evidence does not carry: a person, and standard words."""
    found = [f"{violation.rule}: {mask(violation.what)}" for violation in broken]
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
        "events": [*state["events"], event],
    }
