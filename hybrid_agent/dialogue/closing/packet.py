"""The hand-off packet: all that a person needs to go on without asking the customer anything again."""

import hashlib
from collections.abc import Sequence

from pydantic import JsonValue

from hybrid_agent.catalog.phrasing import show
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue import requests as queue
from hybrid_agent.dialogue.reasons import ANGER
from hybrid_agent.dialogue.saying import say
from hybrid_agent.records import Relaxed, ledger, messages
from hybrid_agent.records.models import Effect
from hybrid_agent.state import (
    Action,
    Escalation,
    Evidence,
    Phase,
    Point,
    PointKind,
    Request,
    State,
)

TRANSCRIPT_MESSAGES = 40
LEDGER_ENTRIES = 20


def hand_off_id(thread: str, turn: str) -> str:
    """The id of the hand-off that a turn opens: the same if the turn is run again."""
    place = f"{thread}\n{turn}"
    return f"H-{hashlib.sha256(place.encode()).hexdigest()[:12]}"


def farewell(escalation: Escalation, deployment: Deployment) -> Point:
    """What the customer hears: what happens now, and that nothing has to be repeated."""
    phrase = "hand_off_angry" if ANGER in escalation.reasons else "hand_off"
    return say(PointKind.HAND_OFF, deployment.phrases[phrase])


def build_packet(state: State, escalation: Escalation, deployment: Deployment) -> dict[str, JsonValue]:
    """Summary, intents, entities, facts, what was tried, the proposed next step, confidence, and why.

    What was said and what became of actions is in the records, and added from there (`recorded`).
    """
    requests = _passed_on(state) or state["requests"][-1:]
    signals = state.get("signals")
    ids = {request.id for request in requests}
    evidence = [item for item in state["evidence"] if item.request_id in ids]
    return {
        "summary": _summary(requests, escalation, deployment),
        "why": {"reasons": list(escalation.reasons), "detail": escalation.detail},
        "customer_id": state.get("customer_id"),
        "language": state.get("language") or deployment.catalog.language,
        "intents": [_intent(request, deployment) for request in requests],
        "entities": {name: _entity(request, name) for request in requests for name in request.slots},
        "facts": [_fact(item) for item in evidence if not item.quoted],
        "passages": [_passage(item) for item in evidence if item.quoted],
        "tried": _tried(state),
        "proposed": [_proposed(request.action) for request in requests if request.action],
        "signals": signals.model_dump(mode="json") if signals else None,
    }


async def recorded(tx: Relaxed, thread: str) -> dict[str, JsonValue]:
    """The packet's part from the records: who said what, and what became of the conversation's actions."""
    return {
        "transcript": await said_in(tx, thread),
        "ledger": _of_ledger(await ledger.of_thread(tx, thread)),
    }


async def said_in(tx: Relaxed, thread: str) -> list[JsonValue]:
    """The latest of what was said in the conversation, by customer, bot and people."""
    said = await messages.of_thread(tx, thread, limit=TRANSCRIPT_MESSAGES)
    return [{"by": each.by.value, "author": each.author, "text": each.text} for each in said]


def _of_ledger(effects: Sequence[Effect]) -> list[JsonValue]:
    shown = {"id", "operation", "summary", "status", "result", "error", "approved_by", "updated"}
    return [effect.model_dump(mode="json", include=shown) for effect in effects[-LEDGER_ENTRIES:]]


def _passed_on(state: State) -> list[Request]:
    unfinished = [request for request in state["requests"] if request.phase not in queue.FINISHED]
    return [*queue.in_phase(state["requests"], Phase.HANDED_OFF), *unfinished]


def _summary(requests: list[Request], escalation: Escalation, deployment: Deployment) -> str:
    wants = [_title(request, deployment) or request.intent or "something unclear" for request in requests]
    slots = {name: slot.value for request in requests for name, slot in request.slots.items()}
    known = [f"{name.replace('_', ' ')} {show(value)}" for name, value in slots.items()]
    reasons = ", ".join(reason.replace("_", " ") for reason in escalation.reasons)
    parts = [f"The customer wants: {'; '.join(wants) or 'not known yet'}.", f"Handed off because: {reasons}."]
    if known:
        parts.insert(1, f"Known: {', '.join(known)}.")
    return " ".join(parts)


def _intent(request: Request, deployment: Deployment) -> dict[str, JsonValue]:
    return {
        "intent": request.intent,
        "title": _title(request, deployment),
        "confidence": request.confidence,
        "said": request.text,
    }


def _title(request: Request, deployment: Deployment) -> str | None:
    intent = deployment.catalog.intents.get(request.intent or "")
    return intent.title if intent else None


def _entity(request: Request, name: str) -> dict[str, JsonValue]:
    slot = request.slots[name]
    return {"value": slot.value, "source": slot.source.value, "said": slot.said}


def _fact(item: Evidence) -> dict[str, JsonValue]:
    return {"name": item.name, "source": item.source, "at": item.at.isoformat(), "data": item.data}


def _passage(item: Evidence) -> dict[str, JsonValue]:
    return {"title": item.title, "url": item.url, "score": item.score, "text": item.text}


def _proposed(action: Action) -> dict[str, JsonValue]:
    return {"operation": action.operation, "arguments": dict(action.arguments), "summary": action.summary}


def _tried(state: State) -> list[JsonValue]:
    return [
        {"what": event.kind.value, "intent": event.intent, **event.data}
        for event in state["events"]
        if event.kind.value not in ("received", "classified")
    ]
