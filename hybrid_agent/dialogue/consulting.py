"""Consulting the reasoner, which may be slow, wrong, hostile or gone: what it says is used if it can be used.

A failure is never the conversation's: nothing understood leads to a question or a person, no slots to a
question, no plan to all reads, no words to the standard ones.
"""

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from datetime import timedelta
from typing import TypeVar

from pydantic import JsonValue

from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.saying import standard
from hybrid_agent.reasoning.answering import answer_to
from hybrid_agent.reasoning.answers import AnswerKind
from hybrid_agent.reasoning.hints import hints_for
from hybrid_agent.reasoning.protocol import Reading, Understanding, Utterance, Wanted
from hybrid_agent.slots import InvalidSlot, parse
from hybrid_agent.state import Point, Sentence, SlotValue

T = TypeVar("T")
MOST_REQUESTS = 5
"""Requests that are taken from one message."""
_log = logging.getLogger(__name__)


async def understand(utterance: Utterance, deployment: Deployment) -> Understanding:
    """What the message means: intents of the catalog only, and a yes only if its words are one.

    A yes lets a write happen, so that the reasoner's reading of it is not enough.
    """
    nothing = Reading(intent=None, confidence=0.0, text=utterance.text)
    understood = await _asked(
        deployment.reasoner.classify(utterance), Understanding(readings=(nothing,)), deployment.patience
    )
    readings = tuple(_known(each, deployment) for each in understood.readings[:MOST_REQUESTS])
    answer = understood.answer
    if answer is AnswerKind.YES and answer_to(utterance) is not AnswerKind.YES:
        answer = AnswerKind.UNCLEAR
    return understood.model_copy(update={"readings": readings or (nothing,), "answer": answer})


async def extracted(utterance: Utterance, wanted: Wanted, deployment: Deployment) -> Mapping[str, SlotValue]:
    """The wanted slots that the message gives, each a valid value of its kind, and no others."""
    found = await _asked(deployment.reasoner.extract(utterance, wanted), {}, deployment.patience)
    return {
        name: slot
        for name, slot in found.items()
        if name in wanted.slots and _valid(name, slot.value, utterance, wanted, deployment)
    }


def _valid(name: str, value: JsonValue, utterance: Utterance, wanted: Wanted, deployment: Deployment) -> bool:
    slot = deployment.catalog.slots[name]
    if value in wanted.options.get(name, ()):
        return True
    try:
        return parse(slot.kind, value, hints_for(slot, deployment.catalog, utterance.now)) == value
    except InvalidSlot:
        return False


async def planned(intent: str, known: Mapping[str, JsonValue], deployment: Deployment) -> Sequence[str]:
    """The reads worth doing, in the catalog's order; the gate needs the required ones, whatever the plan."""
    reads = deployment.catalog.intents[intent].reads
    plan = await _asked(deployment.reasoner.plan(intent, known), tuple(reads), deployment.patience)
    return [name for name, read in reads.items() if read.required or name in plan]


async def worded(points: Sequence[Point], deployment: Deployment) -> list[Sentence]:
    """The points in words; in their standard words where the reasoner has none."""
    said = await _asked(deployment.reasoner.compose(points), (), deployment.patience)
    return list(said) or standard(points)


def _known(reading: Reading, deployment: Deployment) -> Reading:
    if reading.intent is None or reading.intent in deployment.catalog.intents:
        return reading
    return reading.model_copy(update={"intent": None, "confidence": 0.0})


async def _asked(answer: Awaitable[T], otherwise: T, patience: timedelta) -> T:
    try:
        async with asyncio.timeout(patience.total_seconds()):
            return await answer
    except Exception as error:  # whatever a model's client raises; its text may quote the customer
        _log.warning("the reasoner failed and is done without: %s", type(error).__name__)
        return otherwise
