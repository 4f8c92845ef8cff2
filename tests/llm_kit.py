"""What the tests of the language model path share: a stage that thinks with a model."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from graph_kit import ANNA, Stage
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from openai_wire import Answer, OpenAIWire, Request, structured, text

from hybrid_agent import Caller, Status
from hybrid_agent.catalog import Catalog, Read
from hybrid_agent.chat_model import (
    Budget,
    ChatModel,
    Limits,
    ModelSettings,
    Prices,
    chat_model,
    close,
    connect_model,
)
from hybrid_agent.session import Turn
from hybrid_agent.settings import Thinking
from hybrid_agent.thinking import thinking_with

BOTH = (Thinking.LLM, Thinking.CASCADE)
STATUS = "Where is my order 1002?"
VAGUE = "hm, 1002?"
"""A message that the local reasoner is not sure about, with one thing that it may mean."""
Purpose = Literal["understand", "plan", "compose"]
Reply = Answer | Callable[[Request], Answer]


CALIBRATION = """
fitted: {model: scripted, catalog: sample, day: 2026-11-23, messages: 1}
sure: 0.8
local: {bias: 0.0, local: 1.0}
model: {bias: 3.0, none: -0.5}
both: {bias: 1.5, local: 0.7, model_differs: -2.0, local_differs: -0.5, rival: -0.5}
"""
"""Fixed, so that what is tried does not move when the bundled one is fitted again."""


def purpose(request: Request) -> Purpose:
    """What a request is for: only words are streamed, only a plan offers tools and forces none."""
    if request.streamed:
        return "compose"
    return "plan" if request.tools and request.forced_tool is None else "understand"


def about(intent: str, *quotes: tuple[str, ...], **more: Any) -> dict[str, Any]:
    """A report of one request with its quotes."""
    return {"requests": [{"intent": intent, "quotes": quoted(*quotes)}], **more}


def quoted(*quotes: tuple[str, ...]) -> dict[str, Any]:
    """Quotes as a report has them, from (slot, words), or (slot, words, choice) where a slot has choices."""
    return {
        slot: {"words": words, "choice": choice[0]} if choice else words for slot, words, *choice in quotes
    }


def nothing(**more: Any) -> dict[str, Any]:
    """A report of a message without any request."""
    return {"requests": [], **more}


ABOUT_1002 = about("order_status", ("order_number", "1002"))


def lines(*sentences: str) -> Answer:
    """Words for the first point, a sentence a line."""
    return text("\n".join(f"[1] {each}" for each in sentences))


def script(
    understand: Reply | Mapping[str, Any] = ABOUT_1002,
    compose: Reply | None = None,
    plan: Reply | None = None,
) -> Callable[[Request], Answer]:
    """A model by what it is asked for; a mapping is a report, no words are an empty reply."""
    report: Reply = structured(understand) if isinstance(understand, Mapping) else understand
    answers: dict[Purpose, Reply] = {
        "understand": report,
        "compose": compose or text(""),
        "plan": plan or text("enough"),
    }

    def answer(request: Request) -> Answer:
        said = answers[purpose(request)]
        return said(request) if callable(said) else said

    return answer


def in_turn(*answers: Answer) -> Callable[[Request], Answer]:
    """These answers one after another, the last one for good."""
    left = list(answers)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


def thinking(stage: Stage, how: Thinking, model: ChatModel, budget: Budget | None = None) -> Stage:
    """The stage with a model."""
    weights = stage.folder / "calibration.yaml"
    weights.write_text(CALIBRATION)
    budget = budget or stage.deployment.budget
    deployment = replace(stage.deployment, budget=budget, calibration=weights)
    return stage.on(thinking_with(deployment, model, how), stage.saver)


@dataclass(frozen=True)
class Wired:
    """A stage whose model is on the other side of the wire."""

    stage: Stage
    wire: OpenAIWire
    model: ChatModel

    async def say(self, words: str, thread: str = "t", who: Caller = ANNA) -> Turn:
        """A customer's message."""
        return await self.stage.say(words, thread, who)

    @property
    def asked(self) -> list[Purpose]:
        """What the model was asked for, in order."""
        return [purpose(request) for request in self.wire.requests]

    def prompts(self) -> str:
        """All that the model could read."""
        return "\n".join(json.dumps(request.body, ensure_ascii=False) for request in self.wire.requests)


@asynccontextmanager
async def wired(
    stage: Stage,
    how: Thinking,
    answers: Sequence[Answer] | Callable[[Request], Answer],
    *,
    without: Collection[Any] = (),
    key: str | None = None,
    models: Sequence[str] = (),
    timeout: float = 5.0,
    retries: int = 2,
    prices: Prices | None = None,
    budget: Budget | None = None,
) -> AsyncIterator[Wired]:
    """The stage with a model on the wire that pauses for next to nothing between its retries."""
    with OpenAIWire(answers, without=without, key=key, models=models) as wire:
        settings = ModelSettings(
            name="openai:scripted", base_url=wire.base_url, timeout=timeout, retries=retries, prices=prices
        )
        model = connect_model(settings)
        model = replace(model, limits=replace(model.limits, backoff=0.001))
        try:
            yield Wired(thinking(stage, how, model, budget), wire, model)
        finally:
            await close(model)


@dataclass(frozen=True)
class Seen:
    """What a scripted model is asked: the prompt, and the tools on offer, one of them forced or none."""

    system: str
    user: str
    tools: tuple[str, ...] = ()
    forced: bool = False
    streamed: bool = False

    @property
    def purpose(self) -> Purpose:
        """What it is asked for."""
        if self.streamed:
            return "compose"
        return "plan" if self.tools and not self.forced else "understand"


@dataclass(frozen=True)
class Said:
    """What it answers: text, and calls as (tool, arguments); `...` for a tool's name is the forced one."""

    text: str = ""
    calls: Sequence[tuple[str, Any]] = ()


def reported(report: Any) -> Said:
    """The report in the form that is asked for."""
    return Said(calls=(("...", report),))


class Scripted(BaseChatModel):
    """A LangChain chat model whose answers come from a function; it also streams them, and may wait."""

    answers: Callable[[Seen], Said]
    pause: Callable[[str], Awaitable[None]] | None = None
    tools: tuple[str, ...] = ()
    forced: bool = False
    seen: list[Seen] = field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        """The model with these tools on offer."""
        from langchain_core.utils.function_calling import convert_to_openai_tool

        names = tuple(convert_to_openai_tool(tool)["function"]["name"] for tool in tools)
        return self.model_copy(update={"tools": names, "forced": kwargs.get("tool_choice") == "any"})

    def _ask(self, messages: Sequence[BaseMessage], *, streamed: bool) -> Said:
        seen = Seen(str(messages[0].text), str(messages[-1].text), self.tools, self.forced, streamed)
        self.seen.append(seen)
        return self.answers(seen)

    def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
        raise NotImplementedError("the graph asks asynchronously")

    async def _agenerate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        said = self._ask(messages, streamed=False)
        calls = [
            {"name": self.tools[0] if name == "..." else name, "args": given, "id": f"c{at}"}
            for at, (name, given) in enumerate(said.calls)
            if self.tools
        ]
        text = said.text or ("" if calls or not said.calls else json.dumps(said.calls[0][1]))
        message = AIMessage(text, tool_calls=calls)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        raise NotImplementedError("the graph streams asynchronously")

    async def _astream(
        self, messages: list[BaseMessage], *args: Any, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        for line in self._ask(messages, streamed=True).text.splitlines(keepends=True):
            if self.pause is not None:
                await self.pause(line)
            yield ChatGenerationChunk(message=AIMessageChunk(line))


def acting(
    stage: Stage, how: Thinking, answers: Callable[[Seen], Said], *, limits: Limits | None = None, **more: Any
) -> Stage:
    """The stage with a scripted model."""
    model = chat_model(Scripted(answers=answers, **more), limits=limits or Limits(backoff=0.001))
    return thinking(stage, how, model)


def said_by(
    understand: Any = ABOUT_1002, compose: str = "", plan: Sequence[str] = ()
) -> Callable[[Seen], Said]:
    """A scripted model that always reports, words and plans the same."""

    def answer(seen: Seen) -> Said:
        if seen.purpose == "compose":
            return Said(compose)
        return Said(calls=[(name, {}) for name in plan]) if seen.purpose == "plan" else reported(understand)

    return answer


async def kinds(stage: Stage, kind: str, thread: str = "t") -> list[dict[str, Any]]:
    """The data of the events of a kind."""
    happened = await stage.happened(thread)
    return [dict(each.event.data) for each in happened if each.event.kind.value == kind]


async def outcomes(stage: Stage, thread: str = "t") -> list[tuple[str, str]]:
    """How each call of the thread ended: purpose and outcome."""
    return [(each["purpose"], each["outcome"]) for each in await kinds(stage, "consulted", thread)]


def expect_served(turn: Turn) -> None:
    """The customer got a valid status and something to read that is not a machine's."""
    assert turn.status in set(Status)
    assert turn.reply is not None and turn.reply.text.strip()
    for trace in ("Traceback", "Error", "Exception", "<data", "None", "{", "status 4", "status 5"):
        assert trace not in turn.reply.text


READS = {
    "tracking": "orders.track",
    "quote": "orders.quote_refund",
    "eligibility": "orders.check_return",
    "orders": "orders.find",
    "profile": "customers.profile",
    "appointments": "calendar.appointments",
}
BY_NUMBER = ("orders.track", "orders.quote_refund", "orders.check_return")


def reading(catalog: Catalog, names: Sequence[str], **changes: Any) -> Catalog:
    """The catalog with these optional reads in `order_status`, beside the order itself."""
    intent = catalog.intents["order_status"]
    reads = {"order": intent.reads["order"]}
    for name in names:
        operation = READS[name]
        given = {"order_number": "slot.order_number"} if operation in BY_NUMBER else {}
        reads[name] = Read.model_validate({"operation": operation, "arguments": given, "required": False})
    changed = intent.model_copy(update={"reads": reads, **changes})
    return catalog.model_copy(update={"intents": {**catalog.intents, "order_status": changed}})


def wordless(stage: Stage) -> Stage:
    """The stage where the catalog has no words for the status of an order."""
    catalog = reading(stage.deployment.catalog, ["tracking"], answers=(), knowledge=None)
    return stage.using(catalog=catalog)
