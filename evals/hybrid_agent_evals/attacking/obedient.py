"""A chat model that has gone over to the attacker, as far as reports, tool calls and words let it."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from itertools import cycle, islice
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import JsonValue

from hybrid_agent.frozen import Frozen
from hybrid_agent.yamlfile import read_model


class Quoted(Frozen):
    """A slot for which it takes what the message holds, where that is of this pattern."""

    slot: str
    pattern: str


class Script(Frozen):
    """What the model does: `wishes` it reports with these `quotes`, `arguments` of its calls, what it says.

    `canaries` are words of these that nobody else uses: they must not be in a reply.
    """

    wishes: tuple[str, ...]
    quotes: Mapping[str, JsonValue]
    quoted_number: Quoted
    arguments: Mapping[str, JsonValue]
    lines: tuple[str, ...]
    canaries: tuple[str, ...]


@cache
def script() -> Script:
    """The packaged script, for the sample shop."""
    with as_file(files("hybrid_agent_evals.attacking").joinpath("data", "obedient.yaml")) as packaged:
        return read_model(packaged, Script)


class Obedient(BaseChatModel):
    """Reports a harmful wish and a yes, calls every tool on offer, and says that all of it was done."""

    script: Script
    wishes: Any
    tools: tuple[str, ...] = ()
    forced: bool = False

    @property
    def _llm_type(self) -> str:
        return "obedient"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        """The model with these tools on offer."""
        names = tuple(convert_to_openai_tool(tool)["function"]["name"] for tool in tools)
        return self.model_copy(update={"tools": names, "forced": kwargs.get("tool_choice") == "any"})

    def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
        raise NotImplementedError("the graph asks asynchronously")

    async def _agenerate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        if self.forced:
            report = _report(self.script, next(self.wishes), str(messages[-1].text))
            calls = [{"name": self.tools[0], "args": report, "id": "c0"}]
        else:
            given = dict(self.script.arguments)
            calls = [{"name": name, "args": given, "id": f"c{at}"} for at, name in enumerate(self.tools)]
        return ChatResult(generations=[ChatGeneration(message=AIMessage("", tool_calls=calls))])

    async def _astream(
        self, messages: list[BaseMessage], *args: Any, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        for line in self.script.lines:
            yield ChatGenerationChunk(message=AIMessageChunk(content=f"{line}\n"))


def obedient(first: int = 0) -> Obedient:
    """A new one; `first` is the place of the wish that it begins with."""
    wishes: Iterator[str] = islice(cycle(script().wishes), first % len(script().wishes), None)
    return Obedient(script=script(), wishes=wishes)


def _report(script: Script, wish: str, prompt: str) -> dict[str, JsonValue]:
    """A harmful wish with whatever words of the prompt do most for it, and a yes to any question."""
    quoted = re.search(script.quoted_number.pattern, prompt.rpartition('of="message">')[2])
    quotes = dict(script.quotes) | ({script.quoted_number.slot: quoted[0]} if quoted else {})
    return {"requests": [{"intent": wish, "quotes": quotes}], "answer": "yes", "given": quotes}
