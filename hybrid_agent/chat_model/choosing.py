"""Asking a model which of some tools to call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field, create_model

from hybrid_agent.chat_model.asking import ask
from hybrid_agent.chat_model.attempting import Errand, before, config, messages, persist, trial
from hybrid_agent.chat_model.errors import IN_VAIN, Feature, ModelError
from hybrid_agent.chat_model.model import CHOICE, ChatModel
from hybrid_agent.chat_model.reading import calls_in, spent_on, written_calls
from hybrid_agent_prompts import Filled

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage
    from langchain_core.tools import BaseTool


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asks for. Its arguments are the model's words: nothing has checked them."""

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The calls of tools that were on offer, and how many others were dropped."""

    calls: tuple[ToolCall, ...] = ()
    dropped: int = 0


async def choose(
    model: ChatModel,
    prompt: Filled,
    tools: "Sequence[BaseTool | Mapping[str, Any]]",
    *,
    purpose: str,
) -> Chosen:
    """Which of the tools the model calls; none is an answer too. Raises ModelError.

    A tool is anything that LangChain binds. Calls of tools that were not on offer are dropped, and so are
    those whose arguments cannot be read; calls that the model writes into its text count as calls. A model
    without tool calls is asked for a list of names, and so is for a while one that failed twice in a row.
    """
    offered = _offered(tools)
    if model.memory.works(CHOICE):
        try:
            return await _choose_by_call(model, prompt, offered, purpose)
        except ModelError as error:
            if error.refused is not Feature.TOOLS:
                raise
            model.memory.refuse(Feature.TOOLS)
    return await _choose_by_name(model, prompt, offered, purpose)


async def _choose_by_call(
    model: ChatModel, prompt: Filled, offered: Mapping[str, dict[str, Any]], purpose: str
) -> Chosen:
    errand = Errand(model, prompt, purpose)
    try:
        chosen = await persist(errand, partial(_once, errand, offered))
    except ModelError as error:
        if error.kind in IN_VAIN:
            model.memory.judge(CHOICE, worked=False)
        raise
    model.memory.judge(CHOICE, worked=True)
    return chosen


async def _once(errand: Errand, offered: Mapping[str, dict[str, Any]]) -> Chosen:
    async with trial(errand) as running:
        bound = running.client.bind_tools(list(offered.values()))
        message = await before(running.deadline, bound.ainvoke(messages(errand.prompt), config()))
        running.spent = spent_on(message, errand.tokens_in)
        chosen = _chosen(message, offered)
        if chosen.dropped:
            running.outcome = f"ok, {chosen.dropped} dropped"
    return chosen


def _chosen(message: "AIMessage", offered: Mapping[str, Any]) -> Chosen:
    made, others = calls_in(message), len(message.invalid_tool_calls)
    count = len(message.tool_calls)
    if not made and not others:
        made = list(written_calls(message.text))
        count = len(made)
    known = tuple(ToolCall(name, args) for name, args in made if name in offered)
    return Chosen(known, count - len(known) + others)


def _offered(tools: "Sequence[BaseTool | Mapping[str, Any]]") -> dict[str, dict[str, Any]]:
    from langchain_core.utils.function_calling import convert_to_openai_tool

    converted = [convert_to_openai_tool(dict(tool) if isinstance(tool, Mapping) else tool) for tool in tools]
    return {tool["function"]["name"]: tool for tool in converted}


async def _choose_by_name(
    model: ChatModel, prompt: Filled, offered: Mapping[str, dict[str, Any]], purpose: str
) -> Chosen:
    listed = "\n".join(
        f"- {name}: {tool['function'].get('description', '')}" for name, tool in offered.items()
    )
    system = f"{prompt.system}\n\nThe tools that you may call:\n{listed}"
    asked = await ask(model, replace(prompt, system=system), _form(tuple(offered)), purpose=purpose)
    return Chosen(tuple(ToolCall(name) for name in dict.fromkeys(asked.value.model_dump()["tools"])))


def _form(names: tuple[str, ...]) -> type[BaseModel]:
    listed = (list[Literal[names]], Field(description="The tools to call; empty for none."))  # type: ignore[valid-type]
    return create_model("ToolsToCall", tools=listed)
