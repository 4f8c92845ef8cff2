"""Consulting the reasoner, which may be slow, wrong, hostile or gone: what it says is used if it can be used.

A failure is never the conversation's: nothing understood leads to a question or a person, no slots to a
question, no plan to all reads, no words to the standard ones.
"""

import asyncio
import logging
import traceback
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import JsonValue

from hybrid_agent.deployment import Deployment
from hybrid_agent.reasoning.answering import answer_to
from hybrid_agent.reasoning.answers import AnswerKind
from hybrid_agent.reasoning.hints import hints_for
from hybrid_agent.reasoning.protocol import Brief, Choice, Reading, Understanding, Utterance, Wanted
from hybrid_agent.slots import InvalidSlot, parse
from hybrid_agent.state import Sentence, SlotValue

T = TypeVar("T")
MOST_REQUESTS = 5
"""Requests that are taken from one message."""
MOST_SENTENCES = 12
"""Sentences that are taken from one composition."""
_log = logging.getLogger(__name__)


async def understand(utterance: Utterance, deployment: Deployment) -> Understanding:
    """What the message means: intents of the catalog only, valid slots, and a yes only if its words are one.

    A yes lets a write happen, so that the reasoner's reading of it is not enough.
    """
    nothing = Reading(intent=None, confidence=0.0, text=utterance.text)
    understood = await _asked(
        deployment.reasoner.classify(utterance),
        Understanding,
        Understanding(readings=(nothing,)),
        deployment.patience,
    )
    readings = tuple(_known(each, utterance, deployment) for each in understood.readings[:MOST_REQUESTS])
    answer = understood.answer
    if answer is AnswerKind.YES and answer_to(utterance) is not AnswerKind.YES:
        answer = AnswerKind.UNCLEAR
    slots = understood.slots
    if slots is not None:
        slots = _usable(slots, utterance, utterance.wanted or Wanted(slots=()), deployment)
    return understood.model_copy(
        update={"readings": readings or (nothing,), "answer": answer, "slots": slots}
    )


async def extracted(utterance: Utterance, wanted: Wanted, deployment: Deployment) -> Mapping[str, SlotValue]:
    """The wanted slots that the message gives, each a valid value of its kind, and no others."""
    found = await _asked(
        deployment.reasoner.extract(utterance, wanted), Mapping, dict[str, SlotValue](), deployment.patience
    )
    return _usable(found, utterance, wanted, deployment)


async def chosen_reads(choice: Choice, deployment: Deployment) -> Sequence[str]:
    """The reads on offer that are worth doing, in the order in which they are offered."""
    plan = await _asked(deployment.reasoner.plan(choice), Sequence, choice.offered, deployment.patience)
    return [name for name in choice.offered if name in plan]


async def worded(brief: Brief, deployment: Deployment) -> AsyncGenerator[Sentence, None]:
    """Sentences for the points as the reasoner words them, until it ends or fails; they are not checked."""
    said = deployment.reasoner.compose(brief)
    async with aclosing(said) as sentences:
        for _ in range(MOST_SENTENCES):
            sentence = await _asked(anext(sentences, None), Sentence | None, None, deployment.patience)
            if sentence is None:
                return
            yield sentence


def _known(reading: Reading, utterance: Utterance, deployment: Deployment) -> Reading:
    if reading.intent is None:
        return reading
    intent = deployment.catalog.intents.get(reading.intent)
    if intent is None:
        return reading.model_copy(update={"intent": None, "confidence": 0.0, "slots": None})
    if reading.slots is None:
        return reading
    wanted = Wanted(slots=intent.slots)
    return reading.model_copy(update={"slots": _usable(reading.slots, utterance, wanted, deployment)})


def _usable(
    found: Mapping[str, SlotValue], utterance: Utterance, wanted: Wanted, deployment: Deployment
) -> dict[str, SlotValue]:
    return {
        name: slot
        for name, slot in found.items()
        if name in wanted.slots
        and isinstance(slot, SlotValue)
        and _valid(name, slot.value, utterance, wanted, deployment)
    }


def _valid(name: str, value: JsonValue, utterance: Utterance, wanted: Wanted, deployment: Deployment) -> bool:
    slot = deployment.catalog.slots[name]
    if isinstance(value, str) and value in wanted.options.get(name, ()):
        return True
    try:
        return parse(slot.kind, value, hints_for(slot, deployment.catalog, utterance.now)) == value
    except InvalidSlot:
        return False


def _where(error: Exception) -> str:
    """What failed, and in which line, without its words."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {last.filename}:{last.lineno}"


async def _asked(answer: Awaitable[T], kind: Any, otherwise: T, patience: timedelta) -> T:
    """The answer, or `otherwise` where it does not come, comes too late, or is of another kind."""
    try:
        async with asyncio.timeout(patience.total_seconds()):
            said = await answer
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        _log.warning("the reasoner gave up by itself and is done without")
        return otherwise
    except Exception as error:  # whatever a model's client raises; its text may quote the customer
        _log.warning("the reasoner failed and is done without: %s", _where(error))
        return otherwise
    if isinstance(said, kind):
        return said
    _log.warning("the reasoner answered with %s and is done without", type(said).__name__)
    return otherwise
