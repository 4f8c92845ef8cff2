"""The model behind a persona, in the form in which deepeval's simulator asks it."""

import hashlib
from functools import cache
from typing import TYPE_CHECKING

from pydantic import BaseModel

from hybrid_agent.chat_model import ChatModel
from hybrid_agent.chat_model.asking import ask
from hybrid_agent_evals.metrics.quiet import quiet
from hybrid_agent_prompts import Filled

if TYPE_CHECKING:
    from deepeval.models import DeepEvalBaseLLM

SYSTEM = "You play a customer in a conversation with a shop's assistant. You write what the customer writes."


def player(model: ChatModel) -> "DeepEvalBaseLLM":
    """A chat model for deepeval, asked with our retries and forms, never by deepeval's own clients."""
    return _player()(model)


@cache
def _player() -> "type[DeepEvalBaseLLM]":
    quiet()
    from deepeval.models import DeepEvalBaseLLM

    class Player(DeepEvalBaseLLM):  # type: ignore[no-untyped-call]
        """deepeval wants a subclass of its own."""

        def __init__(self, chat: ChatModel) -> None:
            self.chat = chat
            self.name = chat.name
            self.model = self

        def load_model(self, *args: object, **kwargs: object) -> DeepEvalBaseLLM:
            """It is loaded."""
            return self

        def generate(self, *args: object, **kwargs: object) -> str:
            """Raises RuntimeError: it is asked by coroutines alone."""
            raise RuntimeError("the player of a persona is asked by coroutines alone")

        async def a_generate(self, prompt: str, schema: type[BaseModel]) -> BaseModel:  # type: ignore[override]
            """The next message in the simulator's form. Raises ModelError."""
            digest = hashlib.sha256(SYSTEM.encode()).hexdigest()
            return (
                await ask(self.chat, Filled("player", digest, SYSTEM, prompt), schema, purpose="player")
            ).value

        def get_model_name(self, *args: object, **kwargs: object) -> str:
            """What the simulator calls it."""
            return self.chat.name

    return Player
