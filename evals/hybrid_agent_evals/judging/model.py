"""Any chat model as deepeval asks one."""

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from hybrid_agent.chat_model import ChatModel, ask
from hybrid_agent.portal import run_here
from hybrid_agent_evals.metrics.quiet import quiet
from hybrid_agent_prompts import Filled

if TYPE_CHECKING:
    from deepeval.models import DeepEvalBaseLLM

PURPOSE = "judge"
SYSTEM = (
    "You assess conversations of customer support. Answer in the form that is asked for, and nothing else."
)


class Answer(BaseModel):
    """An answer in words."""

    text: str


def judge_of(model: ChatModel) -> "DeepEvalBaseLLM":
    """The model as deepeval's judge. What it raises, ModelError, is not a score."""
    return for_deepeval(model, SYSTEM, PURPOSE)


def for_deepeval(model: ChatModel, system: str, purpose: str) -> "DeepEvalBaseLLM":
    """The model as deepeval asks it, in the form that works, under this system prompt."""
    made: DeepEvalBaseLLM = _class()(model, system, purpose)
    return made


@cache
def _class() -> "type[Any]":
    """The model's class, which only exists once deepeval is imported."""
    quiet()
    from deepeval.models import DeepEvalBaseLLM

    class Behind(DeepEvalBaseLLM):  # type: ignore[no-untyped-call]
        """A chat model of ours behind deepeval's interface."""

        def __init__(self, chat: ChatModel, system: str, purpose: str) -> None:
            self.chat, self.system, self.purpose = chat, system, purpose
            super().__init__(chat.name)

        def load_model(self, *args: object, **kwargs: object) -> DeepEvalBaseLLM:
            """It is loaded when it is first asked."""
            return self

        async def a_generate(
            self, prompt: str, schema: type[BaseModel] | None = None, **kwargs: object
        ) -> Any:
            """The answer as `schema`, or in words."""
            digest = hashlib.sha256(self.system.encode()).hexdigest()
            filled = Filled(self.purpose, digest, self.system, prompt)
            asked = await ask(self.chat, filled, schema or Answer, purpose=self.purpose)
            return asked.value.text if isinstance(asked.value, Answer) else asked.value

        def generate(self, prompt: str, schema: type[BaseModel] | None = None, **kwargs: object) -> Any:
            """As `a_generate`, where nothing waits."""
            return run_here(self.a_generate(prompt, schema))

        def get_model_name(self, *args: object, **kwargs: object) -> str:
            """`provider:name`."""
            return self.chat.name

    return Behind
