"""The forms in which a model can be made to answer in a structure, and how an answer is read in each."""

import json
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from hybrid_agent.chat_model.attempting import config, messages
from hybrid_agent.chat_model.model import Form, Memory
from hybrid_agent.chat_model.reading import calls_in, objects_in, written_calls
from hybrid_agent_prompts import Filled

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable

T = TypeVar("T", bound=BaseModel)

_METHODS: Final = {Form.TOOLS: "function_calling", Form.JSON_SCHEMA: "json_schema"}
_WITH_TOKENS: Final = (Form.JSON_SCHEMA, Form.TOOLS, Form.JSON)
_INSTRUCTION: Final = "Answer with one JSON object and nothing else. It must follow this JSON schema:"


def worth_trying(memory: Memory, *, tokens: bool) -> list[Form]:
    """The forms to try, in order; those that show an answer's tokens go first where `tokens` are wanted."""
    order = _WITH_TOKENS if tokens else tuple(Form)
    return [form for form in order if form is Form.JSON or memory.works(form)]


def request(
    client: "BaseChatModel", form: Form, prompt: Filled, schema: Mapping[str, Any]
) -> Awaitable[dict[str, Any]]:
    """Ask in a form: gives `raw`, the message, and `parsed`, the value or None.

    LangChain's own parser is left out where it stands apart from the model: it tries every shorter text of a
    broken answer, which takes seconds for a long one, and goes on after the time-out.
    """
    if form is Form.JSON:
        return _in_text(client, _with_schema(prompt, schema))
    asked: Any = client.with_structured_output(dict(schema), method=_METHODS[form], include_raw=True)
    return _called(getattr(asked, "first", asked), prompt, str(schema["title"]))


def read(answer: Mapping[str, Any], form: type[T]) -> T | None:
    """The answer as what was asked for; None where it is not."""
    for value in _candidates(answer):
        with suppress(ValidationError):
            return form.model_validate(value)
    return None


def holds_any(answer: Mapping[str, Any], form: type[BaseModel]) -> bool:
    """Whether the answer holds an object or a call of the form's name at all, readable and valid or not."""
    raw: AIMessage = answer["raw"]
    named = [name for name, _ in calls_in(raw)] + [call["name"] for call in raw.invalid_tool_calls]
    return form.__name__ in named or next(_candidates(answer), None) is not None


def _candidates(answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if isinstance(parsed := answer.get("parsed"), dict):
        yield parsed
    text: str = answer["raw"].text
    yield from (arguments for _, arguments in written_calls(text))
    yield from objects_in(text)


async def _called(client: "Runnable[Any, Any]", prompt: Filled, title: str) -> dict[str, Any]:
    answer: dict[str, Any] = await client.ainvoke(messages(prompt), config())
    calls = [arguments for name, arguments in calls_in(answer["raw"]) if name == title]
    return {"parsed": None, **answer} if not calls else {**answer, "parsed": calls[0]}


async def _in_text(client: "BaseChatModel", prompt: Filled) -> dict[str, Any]:
    raw: AIMessage = await client.ainvoke(messages(prompt), config())
    return {"raw": raw, "parsed": None}


def _with_schema(prompt: Filled, schema: Mapping[str, Any]) -> Filled:
    return replace(prompt, system=f"{prompt.system}\n\n{_INSTRUCTION}\n{json.dumps(schema)}")
