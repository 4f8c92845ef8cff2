"""Lets the reply through only if its evidence carries it and the bot may speak; closes the turn."""

import asyncio

from langchain_core.messages import AIMessage

from hybrid_agent.dialogue.closing.close import blocked, finished, served_of, unsaid
from hybrid_agent.dialogue.closing.composing import unanswered
from hybrid_agent.dialogue.closing.replying import status_of, violations
from hybrid_agent.dialogue.closing.uttering import may_speak, utter
from hybrid_agent.dialogue.reasons import BLOCKED
from hybrid_agent.nodes.here import Here
from hybrid_agent.records import events, ownership
from hybrid_agent.redaction.messages import Own
from hybrid_agent.state import State, Status, Update


async def guard(state: State, here: Here) -> Update:
    """The turn as it goes out; a reply that its evidence does not carry goes to a person instead."""
    escalation = state["escalation"]
    broken = violations(state, here.deployment.catalog)
    if broken and not (escalation and BLOCKED in escalation.reasons):
        return await asyncio.to_thread(blocked, state, broken, here.deployment)
    if unanswered(state["points"], state["sentences"]):
        return unsaid(state)
    return await _close(state, here)


async def _close(state: State, here: Here) -> Update:
    """The reply, entered in the transaction that looks who has the conversation: one voice at a time."""
    state = {**state, "status": status_of(state)}
    said: list[AIMessage] = []
    async with here.deployment.records.write_relaxed() as tx:
        owner = await ownership.held(tx, here.thread)
        if not may_speak(state, owner):
            state = {**state, "status": Status.HANDED_OFF, "reply": None, "escalation": None}
        if state["reply"] is not None:
            said = [await utter(tx, state["reply"], state, here.thread, here.deployment.clock())]
        happened = [*state["events"], *finished(state, here.deployment)]
        await events.append(tx, happened, thread=here.thread, customer_id=state.get("customer_id"))
    return {
        "messages": Own(said),
        "reply": state["reply"],
        "escalation": state["escalation"],
        "status": state["status"],
        "served": served_of(state, here.thread, here.deployment.clock()),
        "events": happened,
    }
