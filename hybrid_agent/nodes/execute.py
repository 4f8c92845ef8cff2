"""Carries out what is cleared: the only node that writes to another system, and only through the ledger."""

from hybrid_agent.dialogue import requests as queue
from hybrid_agent.dialogue.acting.executing import execute_request
from hybrid_agent.dialogue.facts import replace_evidence
from hybrid_agent.nodes.here import Here
from hybrid_agent.records import ownership
from hybrid_agent.state import Phase, State, Update


async def execute(state: State, here: Here) -> Update:
    """What became of each cleared action; nothing is begun once a person has the conversation."""
    cleared = queue.in_phase(state["requests"], Phase.CLEARED)
    async with here.deployment.records.read() as connection:
        owner = await ownership.owner(connection, here.thread)
    if owner.person is not None:
        return {"requests": queue.replaced(state["requests"], *queue.handed_off(cleared))}
    done = [await execute_request(request, state, here.deployment) for request in cleared]
    return {
        "requests": queue.replaced(state["requests"], *(each.request for each in done)),
        "evidence": replace_evidence(state["evidence"], [item for each in done for item in each.evidence]),
        "points": [*state["points"], *(point for each in done for point in each.points)],
        "escalation": next((each.escalation for each in done if each.escalation), state["escalation"]),
        "events": [*state["events"], *(event for each in done for event in each.events)],
    }
