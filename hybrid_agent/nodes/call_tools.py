"""Reads the systems of record for the request that is ready, then answers or proposes its action."""

from hybrid_agent.dialogue import requests as queue
from hybrid_agent.dialogue.acting.serving import serve
from hybrid_agent.dialogue.facts import replace_evidence
from hybrid_agent.dialogue.gathering.gather import Gathered, gather
from hybrid_agent.dialogue.saying import say
from hybrid_agent.dialogue.steps import Stepped
from hybrid_agent.nodes.here import Here
from hybrid_agent.state import Phase, PointKind, Request, State, Update


async def call_tools(state: State, here: Here) -> Update:
    """The evidence for the current request, and its next step."""
    request = queue.first_in(state["requests"], Phase.READY)
    if request is None:
        return {}
    gathered = await gather(request, state, here.deployment)
    known: State = {**state, "evidence": gathered.evidence}
    stepped = await _step(request, gathered, known, here)
    served = stepped.request
    if stepped.escalation is not None:
        served = served.model_copy(update={"phase": Phase.HANDED_OFF})
    return {
        "requests": queue.replaced(state["requests"], served),
        "evidence": replace_evidence(gathered.evidence, stepped.evidence),
        "question": stepped.question or state.get("question"),
        "points": [*state["points"], *stepped.points],
        "escalation": state["escalation"] or stepped.escalation,
        "misunderstood": stepped.misunderstood,
        "events": [*state["events"], *gathered.events, *stepped.events],
    }


async def _step(request: Request, gathered: Gathered, state: State, here: Here) -> Stepped:
    if state["escalation"] is not None:
        return Stepped(request.model_copy(update={"phase": Phase.HANDED_OFF}))
    if gathered.escalation is not None:
        return Stepped(request, escalation=gathered.escalation)
    if gathered.wrong:
        return _ask_again(request, gathered.wrong, here)
    return await serve(request, state, here.deployment, here.thread)


def _ask_again(request: Request, wrong: tuple[str, ...], here: Here) -> Stepped:
    """The customer gave something that no record of theirs answers to."""
    slots = here.deployment.catalog.slots
    said = [f"{slots[name].title} {request.slots[name].value}" for name in wrong if name in request.slots]
    kept = {name: value for name, value in request.slots.items() if name not in wrong}
    evidence = (f"{request.id}.wrong",)
    template = here.deployment.phrases["not_found"]
    point = say(PointKind.ANSWER, template, evidence=evidence, what=" and ".join(said))
    failures = request.failures + 1
    again = request.model_copy(update={"slots": kept, "failures": failures, "phase": Phase.OPEN})
    return Stepped(again, points=(point,))
