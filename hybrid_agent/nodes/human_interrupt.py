"""Pauses for a person's decision. On resume the node runs again from its first line: that repeats safely."""

from langgraph.types import interrupt

from hybrid_agent.dialogue import requests as queue
from hybrid_agent.dialogue.deciding.decide import Deciding, decide, pause_payload
from hybrid_agent.dialogue.deciding.decisions import register
from hybrid_agent.dialogue.deciding.inbox import InvalidDecisionError, read_response
from hybrid_agent.nodes.here import Here
from hybrid_agent.state import Phase, Served, State, Status, Update


async def human_interrupt(state: State, here: Here) -> Update:
    """Ask for every approval that is due, wait, and enter what a person decides on any of them."""
    gone = queue.retired(state["requests"], here.deployment.catalog)
    if gone:
        requests = queue.replaced(state["requests"], *queue.handed_off(gone))
        return {"requests": requests, "points": [], "reply": None, "escalation": queue.NO_LONGER_OFFERED}
    waiting = queue.in_phase(state["requests"], Phase.APPROVING)
    asked = [await register(request, state, here.deployment, here.thread) for request in waiting]
    decided = interrupt(await pause_payload(asked, state, here.deployment, here.caller))
    begun: Update = {
        "points": [],
        "reply": None,
        "served": Served(),
        "status": Status.AWAITING_APPROVAL,
        "notices": [],
        "escalation": None,
    }
    try:
        forms = read_response(decided).decisions
    except InvalidDecisionError as problem:
        return begun | {"notices": [str(problem)]}
    deciding = Deciding(here.deployment, here.thread, here.caller)
    fresh: State = {**state, "points": [], "notices": [], "escalation": None}
    return begun | await decide(forms, fresh, deciding)
