"""Filling slots with the fewest questions: from the message, earlier requests, records, or by asking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from hybrid_agent.catalog import Catalog, Condition, KnownFrom, Slot, holds, look_up
from hybrid_agent.catalog.paths import Scope
from hybrid_agent.catalog.phrasing import render, show
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.asking import offer_person
from hybrid_agent.dialogue.consulting import extracted
from hybrid_agent.dialogue.facts import OFFERED, POLICY, as_data, facts_of
from hybrid_agent.dialogue.gathering.reads import arguments, slots_in
from hybrid_agent.dialogue.reasons import NOTHING_TO_CHOOSE
from hybrid_agent.dialogue.requests import of_turn
from hybrid_agent.dialogue.saying import choices, say
from hybrid_agent.reasoning.picking import spoken
from hybrid_agent.reasoning.protocol import Utterance, Wanted
from hybrid_agent.slots import SlotKind
from hybrid_agent.state import (
    Escalation,
    Phase,
    Point,
    PointKind,
    Question,
    QuestionKind,
    Request,
    SlotValue,
    Source,
    State,
)
from hybrid_agent_tools import ToolError

OFFERED_ITEMS = 5


@dataclass(frozen=True, slots=True)
class Filled:
    """The request with what is known of its slots, and the question where something is missing."""

    request: Request
    question: Question | None = None
    points: tuple[Point, ...] = ()
    escalation: Escalation | None = None


def missing(request: Request, catalog: Catalog) -> list[str]:
    """The intent's slots that have no value yet, in the order in which they are asked for."""
    if request.intent is None:
        return []
    return [name for name in catalog.intents[request.intent].slots if name not in request.slots]


async def fill(
    request: Request, state: State, deployment: Deployment, utterance: Utterance, *, asking: bool
) -> Filled:
    """Fill what can be filled; ask for the first slot that is still missing if `asking`."""
    catalog = deployment.catalog
    request = await _from_text(request, deployment, utterance)
    if of_turn(request, state):
        request = _from_earlier(request, state["requests"], catalog)
    for name in missing(request, catalog):
        slot = catalog.slots[name]
        items = await _items(request, name, state, deployment)
        if not items and slot.kind is SlotKind.CHOICE and not slot.choices:
            return _nothing_to_choose(request, name, deployment)
        if len(items) == 1 and request.failures == 0:
            value = SlotValue(value=next(iter(items.values())), source=Source.RECORD)
            request = _with(request, {name: value})
        elif asking and request.failures >= catalog.signals.failures:
            waiting = request.model_copy(update={"phase": Phase.ASKING})
            return Filled(waiting, *offer_person(waiting, deployment.phrases))
        elif asking:
            return _ask(request, name, slot, {str(value): shown for shown, value in items.items()})
    return Filled(_ready(request))


async def _from_text(request: Request, deployment: Deployment, utterance: Utterance) -> Request:
    names = missing(request, deployment.catalog)
    if not names or request.failures or request.searched:
        return request
    heard = utterance.model_copy(update={"text": request.text, "question": None, "wanted": None})
    found = await extracted(heard, Wanted(slots=tuple(names)), deployment)
    return _with(request, found).model_copy(update={"searched": True})


def _from_earlier(request: Request, requests: Sequence[Request], catalog: Catalog) -> Request:
    """Values that the catalog wants remembered, from the latest other request that has them."""
    kept: dict[str, SlotValue] = {}
    for name in missing(request, catalog):
        if catalog.slots[name].remember and not request.failures:
            earlier = [other for other in requests if other.id != request.id and name in other.slots]
            kept |= {name: earlier[-1].slots[name]} if earlier else {}
    return _with(request, kept)


def _with(request: Request, slots: Mapping[str, SlotValue]) -> Request:
    return request.model_copy(update={"slots": {**request.slots, **slots}}) if slots else request


async def _items(request: Request, name: str, state: State, deployment: Deployment) -> dict[str, JsonValue]:
    """What the records offer for a slot: shown words -> value. Nothing where they cannot be read."""
    source = deployment.catalog.slots[name].known_from
    if source is None or (state.get("customer_id") is None and _needs_customer(source, deployment)):
        return {}
    scope = facts_of(request, state["evidence"], deployment).scope
    operation, timezone = deployment.toolbox.operations[source.read.operation], deployment.catalog.timezone
    given = arguments(source.read, operation, scope, timezone)
    if given is None:
        return {}
    try:
        result = await deployment.toolbox.read(
            source.read.operation, given, customer_id=state.get("customer_id")
        )
    except ToolError:
        return {}
    intent = deployment.catalog.intents[str(request.intent)]
    counts = intent.candidates.get(name, source.when)
    return _offered(as_data(result, timezone), source, counts, scope)


def _needs_customer(source: KnownFrom, deployment: Deployment) -> bool:
    return deployment.toolbox.operations[source.read.operation].scope == "customer"


def _offered(data: JsonValue, source: KnownFrom, counts: Condition, scope: Scope) -> dict[str, JsonValue]:
    if not isinstance(data, dict):
        return {}
    listed = data.get("items") if set(data) == {"items", "count"} else [data]
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    offered: dict[str, JsonValue] = {}
    for item in items:
        known = {**item, "slot": scope["slot"], "business": scope["business"], POLICY: scope[POLICY]}
        value = look_up(known, source.field)
        if value is not None and holds(counts, known) and value not in offered.values():
            offered[_shown(known, value, source)] = value
    return offered


def _shown(item: Mapping[str, JsonValue], value: JsonValue, source: KnownFrom) -> str:
    try:
        return render(source.offer, item) if source.offer else show(value)
    except KeyError:
        return show(value)


def _ready(request: Request) -> Request:
    return request.model_copy(update={"phase": Phase.READY})


def _ask(request: Request, name: str, slot: Slot, offered: Mapping[str, str]) -> Filled:
    text = slot.retry if request.failures and slot.retry else slot.ask
    options = dict(list(offered.items())[:OFFERED_ITEMS])
    literal = say(PointKind.ASK, text)
    if options:
        text = f"{text} {choices(options)}"
    point = literal.model_copy(update={"text": text, "evidence": (OFFERED,)})
    question = Question(kind=QuestionKind.SLOT, request_id=request.id, slot=name, options=options)
    asking = request.model_copy(update={"phase": Phase.ASKING})
    return Filled(asking, question, (point if options else literal,))


def _nothing_to_choose(request: Request, name: str, deployment: Deployment) -> Filled:
    """Nothing is on offer for what the customer gave, so that is asked again; without it, a person helps."""
    slot = deployment.catalog.slots[name]
    sources = slots_in(slot.known_from.read) if slot.known_from else []
    template = deployment.phrases["nothing_to_choose"]
    point = say(PointKind.NOTICE, template, title=slot.title)
    told = [source for source in sources if source in request.slots]
    failures = request.failures + 1
    if not told or failures >= deployment.catalog.signals.failures:
        return Filled(_ready(request), points=(point,), escalation=Escalation(reasons=(NOTHING_TO_CHOOSE,)))
    last = deployment.catalog.slots[told[-1]]
    kept = {source: value for source, value in request.slots.items() if source != told[-1]}
    again = request.model_copy(update={"slots": kept, "failures": failures})
    asked = _ask(again, told[-1], last, {})
    return Filled(asked.request, asked.question, (point, *asked.points))


def wanted_for(question: Question, catalog: Catalog, request: Request) -> Wanted:
    """What a message may give while this question is open: its slot, and corrections of the others."""
    names = catalog.intents[request.intent].slots if request.intent else ()
    options = {question.slot: spoken(question.options)} if question.slot and question.options else {}
    return Wanted(slots=tuple(names), asked=question.slot, options=options)
