"""The contestant that anybody would build first: LangChain's agent with its human-in-the-loop middleware.

Its write tools of medium and high risk wait for an approval, as the middleware does it. For high risk it
takes staff; what is of medium risk is shown to the customer as the middleware describes it, and a yes grants
it. Any other message rejects what waits, in the customer's words: a paused agent cannot be talked to.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from importlib import resources
from string import Template
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langgraph.errors import GraphRecursionError
from langgraph.types import Command

from hybrid_agent.catalog import Catalog
from hybrid_agent.frozen import Frozen
from hybrid_agent.knowledge import Knowledge
from hybrid_agent.state import Status
from hybrid_agent.usage import Call, Usage
from hybrid_agent_evals.cases.turns import Turn
from hybrid_agent_evals.conversations.agent_calls import with_calls
from hybrid_agent_evals.conversations.agent_tools import hand_off_tool, operations_of, search_tool, tools_for
from hybrid_agent_evals.conversations.playing import Answer, Talk
from hybrid_agent_evals.playing.record import PlayedTurn
from hybrid_agent_evals.worlds.world import World
from hybrid_agent_tools import Operation, Risk

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import RunnableConfig

STEPS = 16
"""Steps of the agent's graph that one turn may take: about twelve calls of the model."""


@dataclass(frozen=True, slots=True)
class AgentSystem:
    """LangChain's agent on the model, with the catalog's operations and the same help centre as tools."""

    name: str
    catalog: Catalog
    knowledge: Knowledge
    model: "Callable[[], BaseChatModel]"
    retries: int = 2

    @property
    def uses_model(self) -> bool:
        """Always."""
        return True

    @asynccontextmanager
    async def talk(self, world: World, customer_id: str) -> AsyncIterator[Talk]:
        """A new conversation with a customer in that world."""
        operations = operations_of(self.catalog, world.toolbox)
        noted = Noted()
        zone = ZoneInfo(self.catalog.timezone)
        tools = [
            *tools_for(operations, world.toolbox, customer_id),
            search_tool(self.knowledge, world.clock.at.astimezone(zone).date()),
            hand_off_tool(noted.hand_offs.append),
        ]
        agent = _agent(
            self.model(), tools, operations, _prompt(self.catalog, world, zone), noted, self.retries
        )
        risky = frozenset(each.tool_name for each in operations if each.risk is Risk.HIGH)
        yield AgentTalk(agent, risky, noted)


class Left(Frozen):
    """How the agent left a turn; `failed` says why it could not end it."""

    status: Status
    reply: str = ""
    usage: Usage = Usage()
    failed: str = ""


@dataclass(slots=True)
class Noted:
    """What happened beside the messages: calls of the model, hand-offs."""

    calls: list[Call] = field(default_factory=list)
    hand_offs: list[str] = field(default_factory=list)


def _new_thread() -> "RunnableConfig":
    return {"configurable": {"thread_id": str(uuid4())}, "recursion_limit": STEPS}


@dataclass(slots=True)
class AgentTalk:
    """One thread of the agent, and the tool calls that wait for an approval."""

    agent: Any
    risky: frozenset[str]
    noted: Noted
    pending: tuple[Any, ...] = ()
    seen: int = 0
    config: "RunnableConfig" = field(default_factory=_new_thread)

    async def play(self, turn: Turn, place: int) -> Answer:
        """The message or the decision, as anybody would send it to such an agent."""
        by, said = ("staff", str(turn.agent)) if turn.customer is None else ("customer", turn.customer)
        left = await (self._decide(turn) if turn.customer is None else self._say(turn))
        return Answer(
            PlayedTurn(by=by, said=said, reply=left.reply, status=left.status, usage=left.usage), left.failed
        )

    async def _say(self, turn: Turn) -> Left:
        """A message to the agent, or the customer's answer to what waits."""
        if not self.pending:
            return await self._run({"messages": [HumanMessage(str(turn.customer))]})
        if not turn.means:
            return await self._resume([{"type": "reject", "message": str(turn.customer)}] * len(self.pending))
        if any(each["name"] in self.risky for each in self.pending):
            return Left(status=self._status())
        return await self._resume([{"type": "approve"}] * len(self.pending))

    async def _decide(self, turn: Turn) -> Left:
        """The same decision on every tool call that waits."""
        if not self.pending:
            return Left(status=self._status())
        return await self._resume([_decision(turn, each) for each in self.pending])

    async def _resume(self, decisions: Sequence[Any]) -> Left:
        return await self._run(Command(resume={"decisions": list(decisions)}))

    async def _run(self, given: Any) -> Left:
        self.noted.calls.clear()
        result, failed = await self._result(given)
        paused = [each.value for each in result.get("__interrupt__", ())]
        self.pending = tuple(each for value in paused for each in value["action_requests"])
        messages: Sequence[BaseMessage] = result.get("messages", ())
        said, self.seen = messages[self.seen :], len(messages)
        texts = [each.text.strip() for each in said if isinstance(each, AIMessage)]
        texts += [each["description"] for each in self.pending if each["name"] not in self.risky]
        reply = "\n".join(text for text in texts if text)
        return Left(status=self._status(), reply=reply, usage=Usage().plus(self.noted.calls), failed=failed)

    async def _result(self, given: Any) -> tuple[dict[str, Any], str]:
        try:
            return await self.agent.ainvoke(given, self.config), ""
        except GraphRecursionError:
            return {}, f"the agent made more than {STEPS} steps without an end"
        except Exception as error:  # a model's or a tool's failure is this contestant's result
            return {}, f"{type(error).__name__}: {error}"

    def _status(self) -> Status:
        """A hand-off stays one; what waits for staff or the customer comes before an answer."""
        if any(each["name"] in self.risky for each in self.pending):
            return Status.AWAITING_APPROVAL
        if self.pending:
            return Status.AWAITING_CUSTOMER
        return Status.HANDED_OFF if self.noted.hand_offs else Status.ANSWERED


def _decision(turn: Turn, request: Any) -> dict[str, Any]:
    if turn.agent == "reject":
        return {"type": "reject"}
    if turn.agent == "edit" and set(turn.arguments or ()) <= set(request["args"]):
        edited = {"name": request["name"], "args": {**request["args"], **(turn.arguments or {})}}
        return {"type": "edit", "edited_action": edited}
    return {"type": "approve"}


def _agent(
    model: "BaseChatModel",
    tools: Sequence[Any],
    operations: Sequence[Operation],
    prompt: str,
    noted: Noted,
    retries: int,
) -> Any:
    from langchain.agents import create_agent
    from langchain.agents.middleware import (
        HumanInTheLoopMiddleware,
        InterruptOnConfig,
        ModelRetryMiddleware,
        wrap_model_call,
    )
    from langgraph.checkpoint.memory import InMemorySaver

    @wrap_model_call
    async def counted(request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        started = time.perf_counter()
        messages: Sequence[BaseMessage] = ()
        try:
            response = await handler(request)
            messages = response.result
        finally:
            noted.calls.append(_call(messages, (time.perf_counter() - started) * 1000))
        return replace(response, result=[with_calls(each, names) for each in response.result])

    names = frozenset(each.name for each in tools)
    waits: dict[str, bool | InterruptOnConfig] = {
        each.tool_name: True for each in operations if each.writes and each.risk > Risk.LOW
    }
    return create_agent(
        model,
        tools,
        system_prompt=prompt,
        middleware=[
            HumanInTheLoopMiddleware(interrupt_on=waits),
            ModelRetryMiddleware(max_retries=retries, on_failure="error"),
            counted,
        ],
        checkpointer=InMemorySaver(),
    )


def _call(messages: Sequence[BaseMessage], ms: float) -> Call:
    usages = [each.usage_metadata for each in messages if isinstance(each, AIMessage) and each.usage_metadata]
    return Call(
        purpose="agent",
        model="",
        prompt="",
        tokens_in=sum(each["input_tokens"] for each in usages),
        tokens_out=sum(each["output_tokens"] for each in usages),
        ms=ms,
        outcome="ok" if messages else "failed",
    )


def _prompt(catalog: Catalog, world: World, zone: ZoneInfo) -> str:
    text = resources.files(__package__).joinpath("agent_prompt.md").read_text("utf-8")
    return Template(text).substitute(
        shop=catalog.business["name"],
        now=world.clock.at.astimezone(zone).strftime("%A, %d %B %Y, %H:%M"),
        timezone=catalog.timezone,
    )
