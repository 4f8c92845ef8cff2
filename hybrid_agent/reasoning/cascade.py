"""Local first; a language model where that is unsure, where free text must be understood, and for replies
that the catalog has no words for."""

import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from hybrid_agent.reasoning.answers import AnswerKind
from hybrid_agent.reasoning.backed import in_short
from hybrid_agent.reasoning.confidence import combine, opinions
from hybrid_agent.reasoning.llm.reasoner import LlmReasoner
from hybrid_agent.reasoning.llm.understanding import Part, Told
from hybrid_agent.reasoning.picking import chosen
from hybrid_agent.reasoning.protocol import (
    Brief,
    Choice,
    Opinion,
    Reading,
    Reasoner,
    Understanding,
    Utterance,
    Wanted,
)
from hybrid_agent.state import Question, QuestionKind, Sentence, SlotValue

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cascade:
    """Asks the model only where the local reasoner is not sure enough, and then weighs both opinions."""

    local: Reasoner
    llm: LlmReasoner

    async def classify(self, utterance: Utterance) -> Understanding:
        """The local understanding where it will do; else both, and what they are worth together."""
        near = await self.local.classify(utterance)
        if utterance.wanted is not None:
            found = await self.local.extract(utterance, utterance.wanted)
            near = near.model_copy(update={"slots": found})
        if self._will_do(near, utterance):
            return near
        try:
            told = await self.llm.read(utterance)
        except Exception as error:  # a model's client may raise anything; the near understanding stands
            _log.warning("the model is done without: %s", in_short(error))
            return near
        return self._both(near, told)

    def _will_do(self, near: Understanding, utterance: Utterance) -> bool:
        """Whether the message is an answer by itself, asks for a person, or is surely about one thing."""
        if near.answer is not AnswerKind.UNCLEAR or near.signals.wants_person:
            return True
        if not any(map(str.isalnum, utterance.text)) or _is_picked(utterance, near):
            return True
        sure = self.llm.calibration.sure
        return all(reading.confidence >= sure for reading in near.readings)

    def _both(self, near: Understanding, told: Told) -> Understanding:
        """Both understandings: the model's requests and words, weighed against the classifier's opinion."""
        readings = tuple(self._weighed(part, told, near) for part in told.parts) or near.readings
        slots = None if told.slots is None else {**(near.slots or {}), **told.slots}
        return Understanding(
            readings=readings,
            answer=told.answer,
            signals=told.signals,
            slots=slots,
            opinions=self._opinions(near, told),
        )

    def _weighed(self, part: Part, told: Told, near: Understanding) -> Reading:
        beside = _beside(part, told, near)
        if beside is None:
            return self.llm.reading(part)
        weighed = self._asked_for(combine(beside, part.opinion, self.llm.calibration), part)
        same = weighed.intent == part.opinion.intent
        return weighed.model_copy(update={"text": part.text, "slots": part.slots if same else None})

    def _asked_for(self, weighed: Reading, part: Part) -> Reading:
        """The model's intent where nobody is sure that none is meant: so the customer is asked for it."""
        named, chances = part.opinion.intent, dict(weighed.ranked)
        unsure = weighed.intent is None and weighed.confidence < self.llm.calibration.sure
        if named is None or not unsure:
            return weighed
        return weighed.model_copy(update={"intent": named, "confidence": chances.get(named, 0.0)})

    def _opinions(self, near: Understanding, told: Told) -> tuple[Opinion, ...]:
        calibration = self.llm.calibration
        local = [each for reading in near.readings for each in opinions(reading, None, calibration)]
        model = [each for part in told.parts for each in opinions(None, part.opinion, calibration)]
        return (*local, *model)

    async def extract(self, utterance: Utterance, wanted: Wanted) -> Mapping[str, SlotValue]:
        """What the recognisers find: what takes a model to understand came with `classify`."""
        return await self.local.extract(utterance, wanted)

    async def plan(self, choice: Choice) -> Sequence[str]:
        """All reads: the model's opinion would take longer than they do."""
        return await self.local.plan(choice)

    async def compose(self, brief: Brief) -> AsyncGenerator[Sentence, None]:
        """The model's words only where the catalog has none."""
        if all(point.text for point in brief.points):
            return
        async with aclosing(self.llm.compose(brief)) as sentences:
            async for sentence in sentences:
                yield sentence


def _beside(part: Part, told: Told, near: Understanding) -> Reading | None:
    """The classifier's reading of the same words as the model's request, or else of the same intent."""
    if len(told.parts) == len(near.readings) == 1:
        return near.readings[0]
    return next((reading for reading in near.readings if reading.intent == part.opinion.intent), None)


def _is_picked(utterance: Utterance, near: Understanding) -> bool:
    """Whether the message gives what the open question asks for."""
    question = utterance.question
    match question:
        case Question(kind=QuestionKind.SLOT):
            return question.slot in (near.slots or {})
        case Question(kind=QuestionKind.INTENT | QuestionKind.TOPIC):
            return chosen(question.options, utterance.text) is not None
        case _:
            return False
