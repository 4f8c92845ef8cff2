"""Handing a single action to a person, where no conversation is there to hand over with it."""

import json

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.closing.packet import said_in
from hybrid_agent.records import Transaction, events, hand_offs
from hybrid_agent.records.models import Effect, EffectStatus
from hybrid_agent.state import Escalation, Event, EventKind


def passing_id(action_id: str) -> str:
    """The id of an action's own hand-off: one, however often it is passed on."""
    return f"H-{action_id}"


async def is_passed_on(connection: AsyncConnection, effect: Effect) -> bool:
    """Whether a hand-off has been opened that names the action as it stands now."""
    known = await hand_offs.listing(connection, thread=effect.thread, open_only=False)
    own = passing_id(effect.id)
    return any(
        each.id == own or (each.opened >= effect.updated and effect.id in json.dumps(each.packet))
        for each in known
    )


async def pass_on(tx: Transaction, effect: Effect, reason: str, deployment: Deployment) -> str | None:
    """Open the hand-off of an action that the bot cannot finish; None if a person has it already."""
    if await is_passed_on(tx, effect):
        return None
    now = deployment.clock()
    escalation = Escalation(reasons=(reason,), detail=effect.error or effect.note or "")
    opened = await hand_offs.register(
        tx,
        passing_id(effect.id),
        escalation,
        thread=effect.thread,
        customer_id=effect.customer_id,
        packet={
            **packet_of(effect, escalation, deployment),
            "transcript": await said_in(tx, effect.thread),
        },
        service=deployment.service,
        now=now,
    )
    event = Event(
        kind=EventKind.ESCALATED,
        at=now,
        turn=opened.id,
        intent=effect.intent,
        data={"reasons": [reason], "action_id": effect.id, "operation": effect.operation},
    )
    await events.append(tx, [event], thread=effect.thread, customer_id=effect.customer_id)
    return opened.id


def packet_of(effect: Effect, escalation: Escalation, deployment: Deployment) -> dict[str, JsonValue]:
    """All that the records hold of an action, under the names that a conversation's packet has."""
    intent = deployment.catalog.intents.get(effect.intent)
    title = intent.title if intent else None
    return {
        "summary": _summary(effect, escalation),
        "why": {"reasons": list(escalation.reasons), "detail": escalation.detail},
        "customer_id": effect.customer_id,
        "intents": [{"intent": effect.intent, "title": title, "confidence": None, "said": None}],
        "entities": {name: _entity(effect, name) for name in effect.arguments},
        "facts": [],
        "passages": [],
        "tried": [],
        "ledger": [effect.model_dump(mode="json", exclude={"arguments", "sources"})],
        "proposed": [
            {
                "operation": effect.operation,
                "arguments": dict(effect.arguments),
                "summary": effect.summary,
                "sources": dict(effect.sources),
            }
        ],
        "signals": None,
    }


def _summary(effect: Effect, escalation: Escalation) -> str:
    state = {
        EffectStatus.UNKNOWN: "It may or may not have happened: look in the system before doing it by hand.",
        EffectStatus.FAILED: "It did not happen.",
        EffectStatus.DROPPED: "It was not done, and the bot will not do it.",
    }.get(effect.status, f"It is {effect.status.value}.")
    reasons = ", ".join(reason.replace("_", " ") for reason in escalation.reasons)
    asked = f"Approved by {effect.approved_by}." if effect.approved_by else "Nobody approved it."
    return f"To do: {effect.summary}. {state} {asked} Handed off because: {reasons}."


def _entity(effect: Effect, name: str) -> dict[str, JsonValue]:
    return {"value": effect.arguments[name], "source": effect.sources.get(name), "said": ""}
