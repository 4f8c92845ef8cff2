"""Lets the reply through only if its evidence carries it, and closes the turn: status, message, events."""

from langchain_core.messages import AIMessage

from hybrid_agent.dialogue.closing.close import blocked, finished, served_of
from hybrid_agent.dialogue.closing.replying import BLOCKED, status_of, violations
from hybrid_agent.nodes.here import Here
from hybrid_agent.records import events
from hybrid_agent.state import State, Update


async def guard(state: State, here: Here) -> Update:
    """The turn as it goes out; a reply that its evidence does not carry goes to a person instead."""
    escalation = state["escalation"]
    broken = violations(state, here.deployment.catalog)
    if broken and not (escalation and BLOCKED in escalation.reasons):
        return blocked(state, broken, here.deployment)
    reply = state["reply"]
    if reply is not None:
        state = {**state, "status": status_of(state)}
    happened = [*state["events"], *finished(state, here.deployment)]
    async with here.deployment.records.write_relaxed() as tx:
        await events.append(tx, happened, thread=here.thread, customer_id=state.get("customer_id"))
    number = sum(isinstance(message, AIMessage) for message in state.get("messages", []))
    return {
        "messages": [AIMessage(reply.text, id=f"{state['turn']}:{number}")] if reply else [],
        "status": state["status"],
        "served": served_of(state, here.thread, here.deployment.clock()),
        "events": happened,
    }
