"""What a message changes: an answer to the open question, a correction, a change of mind, or new requests."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hybrid_agent.catalog import Catalog
from hybrid_agent.dialogue import reasons
from hybrid_agent.dialogue import requests as queue
from hybrid_agent.dialogue.asking import offer_person
from hybrid_agent.dialogue.facts import OFFERED
from hybrid_agent.dialogue.saying import choices, say
from hybrid_agent.reasoning.answers import AnswerKind
from hybrid_agent.reasoning.picking import chosen
from hybrid_agent.reasoning.protocol import Reading, Understanding
from hybrid_agent.slots import SlotKind, corrects
from hybrid_agent.state import (
    Escalation,
    Phase,
    Point,
    PointKind,
    Question,
    QuestionKind,
    Request,
    SlotValue,
    State,
    Status,
    Update,
)

OFFERED_INTENTS = 2
REFUSALS = (AnswerKind.NO, AnswerKind.CANCEL)


@dataclass(frozen=True, slots=True)
class Heard:
    """All that is known of a message: its understanding, and the slots it gives for the open question."""

    text: str
    understanding: Understanding
    slots: Mapping[str, SlotValue]


@dataclass(frozen=True, slots=True)
class Change:
    """What the message changes. `withdrawn` are requests whose pending approval the customer takes back."""

    requests: list[Request]
    question: Question | None = None
    points: tuple[Point, ...] = ()
    escalation: Escalation | None = None
    misunderstood: int = 0
    withdrawn: tuple[Request, ...] = ()

    def update(self) -> Update:
        """As a partial update of the state."""
        return {
            "requests": self.requests,
            "question": self.question,
            "points": list(self.points),
            "escalation": self.escalation,
            "misunderstood": self.misunderstood,
        }


@dataclass(frozen=True, slots=True)
class Rules:
    """What interpreting depends on besides the conversation."""

    catalog: Catalog
    phrases: Mapping[str, str]


def interpret(state: State, heard: Heard, rules: Rules) -> Change:
    """The change that a message makes; a wish for a person and anger come before anything else."""
    change = _by_question(state, heard, rules)
    signalled = _signals(state, heard.understanding, rules.catalog)
    if signalled and change.escalation is None:
        change = replace(change, escalation=Escalation(reasons=signalled), question=None, points=())
    return change


def _signals(state: State, understanding: Understanding, catalog: Catalog) -> tuple[str, ...]:
    signals = understanding.signals
    told_again = signals.repetition and state.get("status") is Status.ANSWERED
    found = {
        reasons.ASKED_FOR_PERSON: signals.wants_person,
        reasons.THREAT: signals.threat,
        reasons.ANGER: signals.anger >= catalog.signals.anger,
        reasons.REPETITION: told_again,
    }
    return tuple(reason for reason, seen in found.items() if seen)


def _by_question(state: State, heard: Heard, rules: Rules) -> Change:
    question = state.get("question")
    request = queue.about(state["requests"], question) if question else None
    match question:
        case Question(kind=QuestionKind.SLOT) if request:
            return _slot_answer(state, request, question, heard, rules)
        case Question(kind=QuestionKind.CONFIRM) if request:
            return _confirmation(state, request, question, heard, rules)
        case Question(kind=QuestionKind.INTENT):
            return _intent_answer(state, question, heard, rules)
        case Question(kind=QuestionKind.TOPIC) if request:
            return _topic_answer(state, request, question, heard, rules)
        case Question(kind=QuestionKind.PERSON):
            return _person_answer(state, request, heard, rules)
        case _:
            return _fresh(state, heard, rules)


def _slot_answer(state: State, request: Request, question: Question, heard: Heard, rules: Rules) -> Change:
    if heard.understanding.answer is AnswerKind.CANCEL and not _chosen(question, heard, rules.catalog):
        return _dropped(state, request, rules, "dropped")
    elsewhere = _goes_elsewhere(heard, request, rules.catalog)
    asking = elsewhere and heard.text.rstrip().endswith("?")
    if (question.slot in heard.slots or _corrected(heard, request)) and not asking:
        return _filled(state, request, heard.slots)
    if elsewhere and heard.understanding.answer is AnswerKind.UNCLEAR:
        return _fresh(state, heard, rules)
    return _failed(state, request, question, rules)


def _chosen(question: Question, heard: Heard, catalog: Catalog) -> bool:
    """Whether the message names a choice: "I changed my mind" may be one; free text would be anything."""
    asked = question.slot
    return asked is not None and asked in heard.slots and catalog.slots[asked].kind is SlotKind.CHOICE


def _corrected(heard: Heard, request: Request) -> bool:
    """Whether the message gives another slot instead: it takes something back, or is little more than it."""
    told = [slot for name, slot in heard.slots.items() if _differs(request, name, slot)]
    return bool(told) and (corrects(heard.text) or 2 * len(told[0].said) >= len(heard.text))


def _confirmation(state: State, request: Request, question: Question, heard: Heard, rules: Rules) -> Change:
    answer = heard.understanding.answer
    if answer is AnswerKind.YES and request.action is not None:
        agreed = request.model_copy(update={"confirmed": request.action.digest, "phase": Phase.CLEARED})
        return Change(queue.replaced(state["requests"], agreed))
    if answer in REFUSALS:
        return _dropped(state, request, rules, "confirm_dropped")
    elsewhere = _goes_elsewhere(heard, request, rules.catalog)
    told = {name: slot for name, slot in heard.slots.items() if _differs(request, name, slot)}
    if told and (corrects(heard.text) or not elsewhere):
        return _filled(state, request, told)
    if elsewhere:
        return _fresh(state, heard, rules)
    return _failed(state, request, question, rules)


def _intent_answer(state: State, question: Question, heard: Heard, rules: Rules) -> Change:
    name = chosen(question.options, heard.text)
    if name is None and len(question.options) == 1 and heard.understanding.answer is AnswerKind.YES:
        name = next(iter(question.options))
    if name is not None:
        return _new(state, (Reading(intent=name, confidence=1.0, text=question.text or heard.text),))
    if heard.understanding.answer in REFUSALS:
        return _unclear(state, rules)
    change = _fresh(state, heard, rules)
    return change if change.question is None else _missed(state, change, rules)


def _missed(state: State, change: Change, rules: Rules) -> Change:
    """The question which intent is meant has brought up the same question: it counts, and so it ends."""
    misses = _misses(state) + 1
    if misses < rules.catalog.signals.misunderstood:
        return replace(change, misunderstood=misses)
    escalation = Escalation(reasons=(reasons.NOT_UNDERSTOOD,))
    return Change(state["requests"], escalation=escalation, misunderstood=misses)


def _topic_answer(state: State, request: Request, question: Question, heard: Heard, rules: Rules) -> Change:
    """A title that was chosen, or more words: the request is looked up again, never asked about twice."""
    answer = heard.understanding.answer
    if answer is AnswerKind.CANCEL:
        return _dropped(state, request, rules, "dropped")
    topic = chosen(question.options, heard.text)
    if topic is None and answer is AnswerKind.YES and len(question.options) == 1:
        topic = next(iter(question.options))
    further = topic is None and answer is AnswerKind.UNCLEAR
    stays = heard.understanding.signals.wants_person
    if further and not stays and _goes_elsewhere(heard, request, rules.catalog):
        return _fresh({**state, "requests": _left(state, request, rules)}, heard, rules)
    told = {"clarified": True, "topic": topic, "phase": Phase.OPEN}
    if further:
        told["text"] = f"{request.text}\n{heard.text}"
    again = request.model_copy(update=told)
    return Change(queue.replaced(state["requests"], again), misunderstood=_misses(state))


def _left(state: State, request: Request, rules: Rules) -> list[Request]:
    """The requests without an answer to what one is about: it is asked again once, then dropped."""
    failures = request.failures + 1
    if request.intent is None or failures >= rules.catalog.signals.failures:
        return _finished(state, request)
    return queue.replaced(state["requests"], request.model_copy(update={"failures": failures}))


def _unclear(state: State, rules: Rules) -> Change:
    """Nothing that could be read: no intent was meant, or there are no words at all."""
    misses = _misses(state) + 1
    if misses >= rules.catalog.signals.misunderstood:
        given_up = Escalation(reasons=(reasons.NOT_UNDERSTOOD,))
        return Change(state["requests"], escalation=given_up, misunderstood=misses)
    point = say(PointKind.ASK, rules.phrases["greeting_unclear"])
    return Change(state["requests"], points=(point,), misunderstood=misses)


def _person_answer(state: State, request: Request | None, heard: Heard, rules: Rules) -> Change:
    answer = heard.understanding.answer
    if answer is AnswerKind.YES:
        return Change(state["requests"], escalation=Escalation(reasons=(reasons.ACCEPTED_PERSON,)))
    left = _finished(state, request)
    if answer in REFUSALS:
        return Change(left, points=(say(PointKind.ASK, rules.phrases["person_declined"]),))
    return _fresh({**state, "requests": left}, heard, rules)


def _fresh(state: State, heard: Heard, rules: Rules) -> Change:
    waiting = queue.in_phase(state["requests"], Phase.APPROVING)
    if waiting and heard.understanding.answer in REFUSALS:
        return Change(state["requests"], withdrawn=tuple(waiting))
    if heard.understanding.answer is AnswerKind.UNCLEAR and not any(map(str.isalnum, heard.text)):
        return _unclear(state, rules)
    readings = heard.understanding.readings
    if len(readings) == 1 and _unsure(readings[0], rules.catalog):
        options = _options(readings[0], rules.catalog)
        asked = say(
            PointKind.ASK, rules.phrases["which_intent"], evidence=(OFFERED,), options=choices(options)
        )
        question = Question(kind=QuestionKind.INTENT, options=options, text=heard.text)
        return Change(queue.queued(state["requests"], ()), question, (asked,), misunderstood=_misses(state))
    return _new(state, readings)


def _new(state: State, readings: tuple[Reading, ...]) -> Change:
    new = [queue.new_request(state["turn"], number, reading) for number, reading in enumerate(readings)]
    return Change(queue.queued(state["requests"], new), misunderstood=_misses(state))


def _misses(state: State) -> int:
    return state.get("misunderstood", 0)


def _unsure(reading: Reading, catalog: Catalog) -> bool:
    return reading.intent is not None and reading.confidence < catalog.thresholds.understand


def _options(reading: Reading, catalog: Catalog) -> dict[str, str]:
    served = {name for name, intent in catalog.intents.items() if intent.refuse is None}
    best = [name for name, _ in reading.ranked if name in served][:OFFERED_INTENTS]
    return {name: catalog.intents[name].title for name in best or [str(reading.intent)]}


def _goes_elsewhere(heard: Heard, request: Request, catalog: Catalog) -> bool:
    """Whether the message surely is about something else than the request that a question is open for."""
    return any(
        reading.intent not in (None, request.intent) and reading.confidence >= catalog.thresholds.act
        for reading in heard.understanding.readings
    )


def _filled(state: State, request: Request, slots: Mapping[str, SlotValue]) -> Change:
    filled = request.model_copy(
        update={"slots": {**request.slots, **slots}, "phase": Phase.OPEN, "confirmed": None}
    )
    return Change(queue.replaced(state["requests"], filled))


def _differs(request: Request, name: str, slot: SlotValue) -> bool:
    return name not in request.slots or request.slots[name].value != slot.value


def _dropped(state: State, request: Request, rules: Rules, phrase: str) -> Change:
    return Change(_finished(state, request), points=(say(PointKind.NOTICE, rules.phrases[phrase]),))


def _finished(state: State, request: Request | None) -> list[Request]:
    if request is None:
        return state["requests"]
    return queue.replaced(state["requests"], request.model_copy(update={"phase": Phase.DONE}))


def _failed(state: State, request: Request, question: Question, rules: Rules) -> Change:
    """An answer that could not be used: ask once more, or offer a person when it happens too often."""
    failures = request.failures + 1
    failed = request.model_copy(update={"failures": failures, "phase": Phase.OPEN})
    if question.kind is QuestionKind.SLOT or request.action is None:
        return Change(queue.replaced(state["requests"], failed))
    waiting = failed.model_copy(update={"phase": Phase.CONFIRMING})
    kept = queue.replaced(state["requests"], waiting)
    if failures >= rules.catalog.signals.failures:
        return Change(kept, *offer_person(waiting, rules.phrases))
    evidence = (f"{request.id}.argument", f"{request.id}.slot")
    template, summary = rules.phrases["confirm_again"], request.action.summary
    return Change(kept, question, (say(PointKind.CONFIRM, template, evidence=evidence, summary=summary),))
