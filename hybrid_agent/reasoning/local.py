"""The reasoner without a language model: a sentence encoder, typed recognisers, the catalog's own words."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from hybrid_agent.catalog import Catalog
from hybrid_agent.reasoning.answering import answer_to
from hybrid_agent.reasoning.hints import hints_for
from hybrid_agent.reasoning.intents.classifier import IntentClassifier
from hybrid_agent.reasoning.intents.score import IntentScore
from hybrid_agent.reasoning.protocol import Brief, Choice, Reading, Understanding, Utterance, Wanted
from hybrid_agent.reasoning.signals import read_signals
from hybrid_agent.reasoning.split import split_requests
from hybrid_agent.slots import Found, Hints, SlotKind, find, meant
from hybrid_agent.state import Sentence, SlotValue, Source

REPEATED = (SlotKind.DATE, SlotKind.TIME, SlotKind.DATETIME, SlotKind.ADDRESS)
"""Kinds that are said back in full before anything is done, so that the likelier of two readings will do."""


@dataclass(frozen=True, slots=True)
class LocalReasoner:
    """Understands by the catalog's examples and recognisers; phrases by its templates."""

    catalog: Catalog
    classifier: IntentClassifier

    async def classify(self, utterance: Utterance) -> Understanding:
        """The intents by the trained classifier, off the event loop; answer and tone by their words."""
        parts = split_requests(utterance.text)
        whole, divided = await asyncio.to_thread(self._read, utterance.text, parts)
        clear = len(divided) > 1 and all(self._clear(reading) for reading in divided)
        return Understanding(
            readings=divided if clear else (whole,),
            answer=answer_to(utterance),
            signals=read_signals(utterance.text, utterance.earlier),
        )

    def _read(self, text: str, parts: Sequence[str]) -> tuple[Reading, tuple[Reading, ...]]:
        """The message, by itself so that the encoder remembers it for the search; then its parts."""
        whole = _reading(text, self.classifier.predict([text])[0])
        if len(parts) < 2:
            return whole, ()
        scores = self.classifier.predict(parts)
        return whole, tuple(_reading(part, score) for part, score in zip(parts, scores, strict=True))

    def _clear(self, reading: Reading) -> bool:
        return reading.intent is not None and reading.confidence >= self.catalog.thresholds.understand

    async def extract(self, utterance: Utterance, wanted: Wanted) -> Mapping[str, SlotValue]:
        """The wanted slots by their typed recognisers; a value is used for one slot only."""
        found: dict[str, SlotValue] = {}
        taken: list[Found] = []
        for name in sorted(wanted.slots, key=lambda name: name != wanted.asked):
            one = self._find(name, utterance, wanted, taken)
            if one is not None:
                taken.append(one)
                found[name] = SlotValue(value=one.value, source=Source.MESSAGE, said=one.text)
        return found

    def _find(self, name: str, utterance: Utterance, wanted: Wanted, taken: Sequence[Found]) -> Found | None:
        slot, asked = self.catalog.slots[name], name == wanted.asked
        if slot.kind is SlotKind.TEXT and not asked:
            return None
        offered = wanted.options.get(name)
        if offered and (
            picked := _pick(
                utterance, hints_for(slot, self.catalog, utterance.now, choices=offered, asked=asked)
            )
        ):
            return picked
        seen = find(slot.kind, utterance.text, hints_for(slot, self.catalog, utterance.now, asked=asked))
        one = meant([one for one in seen if not _overlaps(one, taken)], utterance.text)
        usable = asked or slot.kind in REPEATED
        return one if one is not None and (one.certain or usable) else None

    async def plan(self, choice: Choice) -> Sequence[str]:
        """All reads on offer."""
        return choice.offered

    async def compose(self, brief: Brief) -> AsyncIterator[Sentence]:
        """Nothing: the standard words are the catalog's own."""
        nothing: tuple[Sentence, ...] = ()
        for sentence in nothing:
            yield sentence


def _overlaps(one: Found, taken: Sequence[Found]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in taken)


def _reading(text: str, score: IntentScore) -> Reading:
    return Reading(intent=score.intent, confidence=score.confidence, text=text, ranked=score.ranked)


def _pick(utterance: Utterance, hints: Hints) -> Found | None:
    """The one option on offer that the message names."""
    one = meant(find(SlotKind.CHOICE, utterance.text, hints), utterance.text)
    return one if one is not None and one.certain else None
