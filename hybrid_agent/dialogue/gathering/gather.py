"""Gathering the facts for a request, and what a failed read means for the conversation."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.consulting import planned
from hybrid_agent.dialogue.facts import facts_of, replace_evidence
from hybrid_agent.dialogue.gathering.reads import read_event, read_fact, slots_in
from hybrid_agent.state import Escalation, Event, Evidence, Request, State
from hybrid_agent_tools import InvalidArguments, NotFound, ToolError, Unavailable


@dataclass(frozen=True, slots=True)
class Gathered:
    """The evidence with what was read; `wrong` are slots whose value no record answers to."""

    evidence: list[Evidence]
    events: list[Event]
    wrong: tuple[str, ...] = ()
    escalation: Escalation | None = None


async def gather(request: Request, state: State, deployment: Deployment) -> Gathered:
    """Do the reads that the reasoner finds worth doing; stop at the first that fails and is required."""
    evidence, events = state["evidence"], list[Event]()
    if request.intent is None:
        return Gathered(evidence, events)
    reads = deployment.catalog.intents[request.intent].reads
    known = {name: slot.value for name, slot in request.slots.items()}
    for name in await planned(request.intent, known, deployment):
        read, started = reads[name], time.perf_counter()
        scope = facts_of(request, evidence, deployment.catalog).scope
        outcome, failure = "found", None
        try:
            found = await read_fact(
                deployment, request, name, read, scope, customer_id=state.get("customer_id")
            )
            evidence = replace_evidence(evidence, [found] if found else [])
        except ToolError as error:
            outcome, failure = type(error).__name__, error
        ms = (time.perf_counter() - started) * 1000
        at = deployment.clock()
        events.append(read_event(request, read.operation, turn=state["turn"], at=at, ms=ms, outcome=outcome))
        if failure is not None and read.required:
            return _failed(failure, slots_in(read), evidence, events)
    return Gathered(evidence, events)


def _failed(
    error: ToolError, slots: Sequence[str], evidence: list[Evidence], events: list[Event]
) -> Gathered:
    """No record, or arguments it cannot take: the customer is asked again; anything else goes to a person."""
    if isinstance(error, NotFound | InvalidArguments) and slots:
        return Gathered(evidence, events, wrong=tuple(slots))
    reason = "system_down" if isinstance(error, Unavailable) else "system_error"
    escalation = Escalation(reasons=(reason,), detail=f"{error.system}: {error.message}")
    return Gathered(evidence, events, escalation=escalation)
