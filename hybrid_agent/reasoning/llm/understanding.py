"""From a model's report of a message to what is understood: its words held against the message's own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hybrid_agent.catalog import Catalog
from hybrid_agent.chat_model import Asked, ChatModel, ask, confidence_of
from hybrid_agent.reasoning.answering import answer_to
from hybrid_agent.reasoning.answers import AnswerKind
from hybrid_agent.reasoning.confidence import ModelReading
from hybrid_agent.reasoning.extracting import Quote, quoted, recognised
from hybrid_agent.reasoning.llm.brief import NONE, understanding_values
from hybrid_agent.reasoning.llm.report import AnswerReport, Choices, Report, report_form
from hybrid_agent.reasoning.llm.veil import Personal, veil_over
from hybrid_agent.reasoning.protocol import Utterance, Wanted
from hybrid_agent.reasoning.signals import read_signals
from hybrid_agent.reasoning.split import split_requests
from hybrid_agent.redaction.placeholders import Placeholders
from hybrid_agent.state import Signals, SlotValue
from hybrid_agent_prompts import Prompt

PURPOSE = "understand"
ANNOYED = 0.5
"""The anger (0..1) that a model's word for it amounts to: less than what brings in a person by itself."""


@dataclass(frozen=True, slots=True)
class Part:
    """One request that a model sees in a message: the opinion on its intent, its words, and its slots."""

    opinion: ModelReading
    text: str
    slots: dict[str, SlotValue]


@dataclass(frozen=True, slots=True)
class Told:
    """What a model says of a message, as far as it can be held against the message."""

    parts: tuple[Part, ...]
    answer: AnswerKind
    signals: Signals
    slots: dict[str, SlotValue] | None


async def read_message(
    utterance: Utterance,
    model: ChatModel,
    prompt: Prompt,
    catalog: Catalog,
    personal: Personal,
) -> Told:
    """Ask a model what a message says. Raises ModelError."""
    intents = tuple(catalog.intents)
    offered = utterance.question.options.values() if utterance.question else ()
    texts = (*utterance.earlier, utterance.text, *offered)
    veil = veil_over(texts, utterance.known, personal)
    filled = prompt.fill(**understanding_values(catalog, intents, _veiled(utterance, veil)))
    form = report_form(intents, *_slots_named(intents, utterance, catalog))
    asked: Asked[Report] = await ask(model, filled, form, purpose=PURPOSE, tokens=True)
    return _told(asked, utterance, veil, catalog)


def _slots_named(
    intents: Iterable[str], utterance: Utterance, catalog: Catalog
) -> tuple[tuple[Choices, ...], tuple[Choices, ...] | None]:
    """The slots that the intents and the open question have, with what is to choose from.

    Of what is on offer from records the customer chooses: no model is asked which one is meant.
    """
    named = dict.fromkeys(name for intent in intents for name in catalog.intents[intent].slots)
    slots = tuple((name, tuple(catalog.slots[name].choices)) for name in named)
    if utterance.question is None:
        return slots, None
    wanted = utterance.wanted or Wanted(slots=())
    open_ones = (name for name in wanted.slots if name not in wanted.options)
    return slots, tuple((name, tuple(catalog.slots[name].choices)) for name in open_ones)


def _veiled(utterance: Utterance, veil: Placeholders) -> Utterance:
    question = utterance.question
    if question is not None:
        options = {value: veil.mask(words) for value, words in question.options.items()}
        question = question.model_copy(update={"options": options, "text": veil.mask(question.text)})
    return utterance.model_copy(
        update={
            "text": veil.mask(utterance.text),
            "earlier": tuple(map(veil.mask, utterance.earlier)),
            "pending": tuple(map(veil.mask, utterance.pending)),
            "question": question,
        }
    )


def _told(asked: Asked[Report], utterance: Utterance, veil: Placeholders, catalog: Catalog) -> Told:
    report = asked.value
    wanted = utterance.wanted
    texts = _texts(utterance.text, len(report.requests))
    parts = tuple(
        Part(
            opinion=_opinion(request.intent, asked),
            text=text,
            slots=_slots(_quotes(request.quotes.listed(), veil), text, utterance, catalog, request.intent),
        )
        for request, text in zip(report.requests, texts, strict=True)
    )
    given = report.given.listed() if isinstance(report, AnswerReport) else ()
    quotes = [*given, *(quote for request in report.requests for quote in request.quotes.listed())]
    return Told(
        parts=parts,
        answer=_answer(report, utterance),
        signals=_signals(report, utterance),
        slots=None if wanted is None else _merged(_quotes(quotes, veil), utterance, wanted, catalog),
    )


def _opinion(intent: str, asked: Asked[Report]) -> ModelReading:
    spelled = confidence_of(intent, asked.tokens) if asked.tokens else None
    return ModelReading(intent=None if intent == NONE else intent, spelled=spelled)


def _quotes(quotes: Iterable[Quote], veil: Placeholders) -> list[Quote]:
    return [Quote(each.slot, veil.restore(each.words), each.choice) for each in quotes]


def _slots(
    quotes: Sequence[Quote], text: str, utterance: Utterance, catalog: Catalog, intent: str
) -> dict[str, SlotValue]:
    if intent not in catalog.intents:
        return {}
    fresh = utterance.model_copy(update={"text": text, "question": None, "wanted": None})
    return _merged(quotes, fresh, Wanted(slots=catalog.intents[intent].slots), catalog)


def _merged(
    quotes: Sequence[Quote], utterance: Utterance, wanted: Wanted, catalog: Catalog
) -> dict[str, SlotValue]:
    """What the recognisers find by themselves, and what they find in the words that the model points at."""
    return recognised(utterance, wanted, catalog) | quoted(quotes, utterance, wanted, catalog)


def _texts(text: str, requests: int) -> list[str]:
    """The words of each request: the message's parts if it has as many, else all of it for each."""
    parts = split_requests(text)
    return list(parts) if len(parts) == requests else [text] * requests


def _answer(report: Report, utterance: Utterance) -> AnswerKind:
    """By its words where they are clear; the model's word counts for a message that does nothing else."""
    plain = answer_to(utterance)
    if plain is not AnswerKind.UNCLEAR or not isinstance(report, AnswerReport):
        return plain
    only = not report.requests and not any(report.given.listed())
    return AnswerKind(report.answer) if only else AnswerKind.UNCLEAR


def _signals(report: Report, utterance: Utterance) -> Signals:
    """The words' own signals; a wish for a person by the model's word only if it sees nothing else wanted."""
    read = read_signals(utterance.text, utterance.earlier)
    only = all(request.intent == NONE for request in report.requests)
    return read.model_copy(
        update={
            "anger": max(read.anger, ANNOYED) if report.angry else read.anger,
            "wants_person": read.wants_person or (report.wants_person and only),
        }
    )
