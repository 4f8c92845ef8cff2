"""A model's text as it comes."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from hybrid_agent.chat_model.attempting import Errand, Trial, before, config, insist, messages, trial
from hybrid_agent.chat_model.errors import Failure, ModelError
from hybrid_agent.chat_model.model import ChatModel
from hybrid_agent.chat_model.reading import Spent, estimate
from hybrid_agent_prompts import Filled

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk


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
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    first: str = ""
    text: str = ""
    counted: tuple[int, int] = (0, 0)

    async def next_piece(self) -> str:
        """The next words; empty at the end."""
        while (chunk := await before(self.running.deadline, anext(self.chunks, None))) is not None:
            self._count(chunk)
            if chunk.text:
                return str(chunk.text)
        return ""

    def _count(self, chunk: "AIMessageChunk") -> None:
        self.text += chunk.text
        if used := chunk.usage_metadata:
            self.counted = (
                self.counted[0] + used["input_tokens"],
                self.counted[1] + used["output_tokens"],
            )
        self.running.spent = (
            Spent(*self.counted)
            if any(self.counted)
            else Spent(self.tokens_in, estimate(self.text), estimated=True)
        )


async def _open(errand: Errand) -> _Open:
    """A stream whose first words are there, so that a request can be repeated until then."""
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(trial(errand))
        chunks = running.client.astream(messages(errand.prompt), config())
        opened = _Open(running, chunks, errand.tokens_in)  # type: ignore[arg-type]
        stack.push_async_callback(opened.chunks.aclose)
        opened.first = await opened.next_piece()
        if not opened.first:
            raise ModelError(Failure.UNUSABLE, f"{errand.model.name} sent an empty answer")
        opened.stack = stack.pop_all()
        return opened
