"""Gathering the facts for a request, and what a failed read means for the conversation."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hybrid_agent.catalog import Read
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.consulting import chosen_reads
from hybrid_agent.dialogue.facts import facts_of, replace_evidence
from hybrid_agent.dialogue.gathering.reads import read_event, read_fact, roots_in, slots_in
from hybrid_agent.dialogue.reasons import SYSTEM_DOWN, SYSTEM_ERROR
from hybrid_agent.reasoning.protocol import Choice
from hybrid_agent.state import Escalation, Event, Evidence, Request, State
from hybrid_agent_tools import InvalidArguments, NotFound, ToolError, Unavailable

MOST_ROUNDS = 3
"""How often the reasoner chooses among the reads that are not required."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The evidence with what was read; `wrong` are slots whose value no record answers to."""

    evidence: list[Evidence]
    events: list[Event]
    wrong: tuple[str, ...] = ()
    escalation: Escalation | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """One read that was done: its fact, if it found one, its event, and what went wrong."""

    name: str
    fact: Evidence | None
    event: Event
    error: ToolError | None = None


async def gather(request: Request, state: State, deployment: Deployment) -> Gathered:
    """Do the required reads and those that the reasoner chooses; what does not wait for another runs at once.

    Stops after the first round in which a required read fails.
    """
    evidence, events = state["evidence"], list[Event]()
    if request.intent is None:
        return Gathered(evidence, events)
    reads = deployment.catalog.intents[request.intent].reads
    pending, round_ = list(reads), 0
    while pending:
        ready = _ready(pending, reads)
        now = [name for name in ready if reads[name].required]
        if not now:
            round_ += 1
            choice = _choice(request, evidence, ready, deployment)
            now = list(await chosen_reads(choice, deployment)) if round_ <= MOST_ROUNDS else []
        done = await asyncio.gather(*(_read(name, request, evidence, state, deployment) for name in now))
        evidence = replace_evidence(evidence, [each.fact for each in done if each.fact])
        events += [each.event for each in done]
        for each in done:
            if each.error is not None and reads[each.name].required:
                return _failed(each.error, slots_in(reads[each.name]), evidence, events)
        settled = now or ready
        pending = [name for name in pending if name not in settled]
    return Gathered(evidence, events)


def _ready(pending: Sequence[str], reads: Mapping[str, Read]) -> list[str]:
    """The reads that take nothing from another one that is still to be done."""
    free = [name for name in pending if not roots_in(reads[name]) & set(pending)]
    return free or list(pending[:1])


def _choice(
    request: Request,
    evidence: Sequence[Evidence],
    offered: Sequence[str],
    deployment: Deployment,
) -> Choice:
    own = tuple(item for item in evidence if item.request_id == request.id)
    return Choice(
        intent=str(request.intent),
        text=request.text,
        now=deployment.now(),
        facts=own,
        slots=request.slots,
        offered=tuple(offered),
    )


async def _read(
    name: str, request: Request, evidence: Sequence[Evidence], state: State, deployment: Deployment
) -> Done:
    read, started = deployment.catalog.intents[str(request.intent)].reads[name], time.perf_counter()
    scope = facts_of(request, evidence, deployment).scope
    found, failure = None, None
    try:
        found = await read_fact(deployment, request, name, read, scope, customer_id=state.get("customer_id"))
    except ToolError as error:
        failure = error
    ms = (time.perf_counter() - started) * 1000
    outcome = type(failure).__name__ if failure else "found"
    at = deployment.clock()
    event = read_event(request, read.operation, turn=state["turn"], at=at, ms=ms, outcome=outcome)
    return Done(name, found, event, failure)


def _failed(
    error: ToolError, slots: Sequence[str], evidence: list[Evidence], events: list[Event]
) -> Gathered:
    """No record, or arguments it cannot take: the customer is asked again; anything else goes to a person."""
    if isinstance(error, NotFound | InvalidArguments) and slots:
        return Gathered(evidence, events, wrong=tuple(slots))
    reason = SYSTEM_DOWN if isinstance(error, Unavailable) else SYSTEM_ERROR
    escalation = Escalation(reasons=(reason,), detail=f"{error.system}: {error.message}")
    return Gathered(evidence, events, escalation=escalation)
