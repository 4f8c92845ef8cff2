"""A reasoner with another behind it, for when a language model cannot be had."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from hybrid_agent.chat_model import ModelError
from hybrid_agent.reasoning.protocol import Brief, Choice, Reasoner, Understanding, Utterance, Wanted
from hybrid_agent.state import Sentence, SlotValue

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Backed:
    """Asks `first`, and `second` where `first` fails; a reply that breaks off just ends."""

    first: Reasoner
    second: Reasoner

    async def classify(self, utterance: Utterance) -> Understanding:
        """What either understands."""
        return await _either(lambda each: each.classify(utterance), self.first, self.second)

    async def extract(self, utterance: Utterance, wanted: Wanted) -> Mapping[str, SlotValue]:
        """What either finds."""
        return await _either(lambda each: each.extract(utterance, wanted), self.first, self.second)

    async def plan(self, choice: Choice) -> Sequence[str]:
        """What either chooses."""
        return await _either(lambda each: each.plan(choice), self.first, self.second)

    async def compose(self, brief: Brief) -> AsyncGenerator[Sentence, None]:
        """What `first` words, as far as it comes."""
        try:
            async with aclosing(self.first.compose(brief)) as sentences:
                async for sentence in sentences:
                    yield sentence
        except Exception as error:
            _log.warning("the reply is told in standard words: %s", in_short(error))


async def _either(ask: Callable[[Reasoner], Awaitable[T]], first: Reasoner, second: Reasoner) -> T:
    try:
        return await ask(first)
    except Exception as error:  # a model's client may raise anything; the second needs none
        _log.warning("the model is done without: %s", in_short(error))
        return await ask(second)


def in_short(error: Exception) -> str:
    """What failed, without words that may quote the customer: those of our own errors do not."""
    return str(error) if isinstance(error, ModelError) else type(error).__name__
