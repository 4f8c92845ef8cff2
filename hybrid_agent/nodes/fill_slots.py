"""Fills the slots of the request that is served now, or asks for the one that is missing."""

from hybrid_agent.dialogue import requests as queue
from hybrid_agent.dialogue.acting.serving import needs_sign_in, sign_in_first
from hybrid_agent.dialogue.asking import asked
from hybrid_agent.dialogue.gathering.filling import Filled, fill
from hybrid_agent.dialogue.hearing.hear import utterance_of
from hybrid_agent.nodes.here import Here
from hybrid_agent.state import Request, State, Update


async def fill_slots(state: State, here: Here) -> Update:
    """The current request with its slots, and a question where one is missing."""
    request = queue.current(state["requests"])
    if request is None:
        return {}
    filled = await _filled(request, state, here)
    at = here.deployment.clock()
    told = [asked(filled.question, request, state["turn"], at)] if filled.question else []
    return {
        "requests": queue.replaced(state["requests"], filled.request),
        "question": filled.question,
        "escalation": state["escalation"] or filled.escalation,
        "points": [*state["points"], *filled.points],
        "events": [*state["events"], *told],
    }


async def _filled(request: Request, state: State, here: Here) -> Filled:
    if needs_sign_in(request, state, here.deployment):
        stopped = sign_in_first(request, here.deployment)
        return Filled(stopped.request, points=stopped.points)
    utterance = utterance_of(state, here.deployment)
    return await fill(request, state, here.deployment, utterance, asking=state["escalation"] is None)
