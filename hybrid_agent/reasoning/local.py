"""The reasoner without a language model: a sentence encoder, typed recognisers, the catalog's own words."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass

from hybrid_agent.catalog import Catalog
from hybrid_agent.reasoning.answering import answer_to
from hybrid_agent.reasoning.extracting import recognised
from hybrid_agent.reasoning.intents.classifier import IntentClassifier
from hybrid_agent.reasoning.intents.score import IntentScore
from hybrid_agent.reasoning.protocol import Brief, Choice, Reading, Understanding, Utterance, Wanted
from hybrid_agent.reasoning.signals import read_signals
from hybrid_agent.reasoning.split import split_requests
from hybrid_agent.state import Sentence, SlotValue


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
        """The wanted slots by their typed recognisers."""
        return recognised(utterance, wanted, self.catalog)

    async def plan(self, choice: Choice) -> Sequence[str]:
        """All reads on offer."""
        return choice.offered

    async def compose(self, brief: Brief) -> AsyncGenerator[Sentence, None]:
        """Nothing: the standard words are the catalog's own."""
        nothing: tuple[Sentence, ...] = ()
        for sentence in nothing:
            yield sentence


def _reading(text: str, score: IntentScore) -> Reading:
    return Reading(intent=score.intent, confidence=score.confidence, text=text, ranked=score.ranked)
