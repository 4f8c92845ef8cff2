"""Asking a model for an answer in a structure."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel

from hybrid_agent.chat_model.attempting import Errand, before, offers_tokens, persist, trial
from hybrid_agent.chat_model.errors import IN_VAIN, Failure, Feature, ModelError
from hybrid_agent.chat_model.forms import holds_any, read, request, worth_trying
from hybrid_agent.chat_model.model import NEEDS, ChatModel, Form
from hybrid_agent.chat_model.reading import Token, spent_on, tokens_of
from hybrid_agent_prompts import Filled

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """An answer: its value, the form in which it came, and its tokens where the model gives them."""

    value: T
    form: Form
    tokens: tuple[Token, ...] = ()


async def ask(
    model: ChatModel, prompt: Filled, form: type[T], *, purpose: str, tokens: bool = False
) -> Asked[T]:
    """The model's answer as a `form`, by native tool call, JSON schema or plain JSON, whichever works.

    A form that is refused is not tried again, one that gets no object twice in a row not for a while. With
    `tokens` the token log-probabilities are asked for, and first a form that shows them. Raises ModelError.
    """
    tokens = tokens and offers_tokens(model)
    schema = _flat(form.model_json_schema())
    for rung in worth_trying(model.memory, tokens=tokens):
        errand = Errand(model, prompt, purpose, logprobs=tokens and rung is not Form.TOOLS)
        try:
            return await persist(errand, partial(_once, errand, rung, form, schema))
        except ModelError as error:
            if rung is Form.JSON or not _may_go_on(model, rung, error):
                raise
    raise AssertionError("plain JSON is always worth trying")


async def _once(errand: Errand, rung: Form, form: type[T], schema: dict[str, Any]) -> Asked[T]:
    memory = errand.model.memory
    async with trial(errand) as running:
        answer = await before(running.deadline, request(running.client, rung, errand.prompt, schema))
        message: AIMessage = answer["raw"]
        running.spent = spent_on(message, errand.tokens_in)
        value = read(answer, form)
        if value is None:
            said = f"{errand.model.name} sent no {form.__name__} by {rung}"
            raise ModelError(Failure.UNUSABLE, said, formed=holds_any(answer, form))
    memory.judge(rung, worked=True)
    tokens = tokens_of(message) if errand.logprobs else ()
    if errand.logprobs and not tokens:
        memory.refuse(Feature.LOGPROBS)
    return Asked(value, rung, tokens)


def _may_go_on(model: ChatModel, rung: Form, error: ModelError) -> bool:
    """Whether the next form may do better; what was learnt about this one is remembered."""
    if error.kind not in IN_VAIN:
        return False
    if error.refused is not None and error.refused is NEEDS.get(rung):
        model.memory.refuse(error.refused)
    else:
        model.memory.judge(rung, worked=error.formed)
    return True


def _flat(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without references, which some servers do not follow."""
    from langchain_core.utils.json_schema import dereference_refs

    return {key: value for key, value in dereference_refs(schema).items() if key != "$defs"}
