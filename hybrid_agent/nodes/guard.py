"""Lets the reply through only if its evidence carries it and the bot may speak; closes the turn."""

import asyncio

from langchain_core.messages import AIMessage

from hybrid_agent.dialogue.closing.close import blocked, finished, served_of, unsaid
from hybrid_agent.dialogue.closing.composing import unanswered
from hybrid_agent.dialogue.closing.replying import status_of, violations
from hybrid_agent.dialogue.reasons import BLOCKED
from hybrid_agent.nodes.here import Here
from hybrid_agent.records import events, ownership
from hybrid_agent.redaction.messages import Own
from hybrid_agent.state import PointKind, State, Status, Update


async def guard(state: State, here: Here) -> Update:
    """The turn as it goes out; a reply that its evidence does not carry goes to a person instead."""
    escalation = state["escalation"]
    broken = violations(state, here.deployment.catalog)
    if broken and not (escalation and BLOCKED in escalation.reasons):
        return await asyncio.to_thread(blocked, state, broken, here.deployment)
    if unanswered(state["points"], state["sentences"]):
        return unsaid(state)
    reply = state["reply"]
    if reply is not None:
        state = {**state, "status": status_of(state)}
    happened = [*state["events"], *finished(state, here.deployment)]
    async with here.deployment.records.write_relaxed() as tx:
        await events.append(tx, happened, thread=here.thread, customer_id=state.get("customer_id"))
        owner = await ownership.owner(tx, here.thread)
    if owner.person is not None and not _may_be_said(state):
        state, reply = {**state, "status": Status.HANDED_OFF, "reply": None, "escalation": None}, None
    number = sum(isinstance(message, AIMessage) for message in state.get("messages", []))
    return {
        "messages": Own([AIMessage(reply.written, id=f"{state['turn']}:{number}")] if reply else []),
        "reply": reply,
        "escalation": state["escalation"],
        "status": state["status"],
        "served": served_of(state, here.thread, here.deployment.clock()),
        "events": happened,
    }


def _may_be_said(state: State) -> bool:
    """What is said although a person has the conversation: that they have it, and that a stranger may not."""
    announced = any(point.kind is PointKind.HAND_OFF for point in state["points"])
    return announced or state["status"] is Status.REFUSED
