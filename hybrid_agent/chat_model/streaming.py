"""A model's text as it comes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from hybrid_agent.chat_model.attempting import Errand, Trial, before, config, insist, messages, trial
from hybrid_agent.chat_model.errors import Failure, ModelError
from hybrid_agent.chat_model.model import ChatModel
from hybrid_agent.chat_model.reading import Spent, counted_in, estimate, possible
from hybrid_agent_prompts import Filled

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk

MOST_EMPTY: Final = 10_000
"""Chunks without words in a row, as come while a model reasons."""


async def stream(model: ChatModel, prompt: Filled, *, purpose: str) -> AsyncGenerator[str, None]:
    """The pieces of the model's text, none of them empty, cut off at the limit of characters.

    Raises ModelError, also after some pieces: what came before it is a broken-off text. Leave it early by
    `aclose` (`contextlib.aclosing`), which ends the request.
    """
    errand = Errand(model, prompt, purpose, streamed=True)
    left = model.limits.characters
    with model.memory.breaker.watching(model.name):
        opened = await insist(errand, partial(_open, errand))
        async with opened.stack:
            piece = opened.first
            while piece and left > 0:
                yield piece[:left]
                left -= len(piece)
                piece = await opened.next_piece() if left > 0 else ""
            if left <= 0:
                opened.running.outcome = "capped"


@dataclass(slots=True)
class _Open:
    """A stream under way; `stack` ends it."""

    running: Trial
    chunks: "AsyncGenerator[AIMessageChunk, None]"
    tokens_in: int
    name: str
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    first: str = ""
    text: str = ""
    counted: tuple[int, int] | None = (0, 0)

    async def next_piece(self) -> str:
        """The next words; empty at the end. Raises TimeoutError, also where a model never waits itself."""
        for _ in range(MOST_EMPTY):
            if asyncio.get_running_loop().time() > self.running.deadline:
                raise TimeoutError
            chunk = await before(self.running.deadline, anext(self.chunks, None))
            if chunk is None:
                return ""
            self._count(chunk)
            if chunk.text:
                return str(chunk.text)
            await asyncio.sleep(0)
        raise ModelError(Failure.UNUSABLE, f"{self.name} sent {MOST_EMPTY} pieces without a word")

    def _count(self, chunk: "AIMessageChunk") -> None:
        self.text += chunk.text
        if chunk.usage_metadata:
            self.counted = _sum(self.counted, counted_in(chunk))
        self.running.spent = (
            Spent(*self.counted)
            if self.counted and any(self.counted)
            else Spent(self.tokens_in, estimate(self.text), estimated=True)
        )


def _sum(before: tuple[int, int] | None, more: tuple[int, int] | None) -> tuple[int, int] | None:
    """None once one of the counts cannot be, since the others are worth no more."""
    both = (before[0] + more[0], before[1] + more[1]) if before and more else None
    return both if both and possible(*both) else None


async def _open(errand: Errand) -> _Open:
    """A stream whose first words are there, so that a request can be repeated until then."""
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(trial(errand))
        chunks = running.client.astream(messages(errand.prompt), config())
        opened = _Open(running, chunks, errand.tokens_in, errand.model.name)  # type: ignore[arg-type]
        stack.push_async_callback(opened.chunks.aclose)
        opened.first = await opened.next_piece()
        if not opened.first:
            raise ModelError(Failure.UNUSABLE, f"{errand.model.name} sent an empty answer")
        opened.stack = stack.pop_all()
        return opened
