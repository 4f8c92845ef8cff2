"""How nodes and routes run: from async and from sync code, nodes timed and with what they need at hand.

A route must not hop to a thread, nor a node be traced a second time inside the span that LangGraph gives it:
LangChain's RunnableLambda does both, which made up a tenth of a turn.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.config import get_config
from langgraph.runtime import get_runtime

from hybrid_agent.caller import Caller
from hybrid_agent.chat_model.metering import Meter, metered
from hybrid_agent.deployment import Deployment
from hybrid_agent.nodes import Here
from hybrid_agent.portal import run_here
from hybrid_agent.state import Event, EventKind, State, Step, Update, usage_of
from hybrid_agent.usage import Call, Usage

_log = logging.getLogger(__name__)

Node = Callable[[State, Here], Awaitable[Update]]
WhoCalls = Callable[[], Caller]
Route = Callable[[State], str]


@dataclass(frozen=True, eq=False)
class RunningNode(Runnable[State, Update]):
    """A node for the graph: `ainvoke` awaits it, `invoke` runs it on the library's own event loop.

    Its model calls are written with its update. A node that fails or is cancelled has none: its calls are
    logged, and neither the turn's budget nor the conversation's usage counts them.
    """

    name: str
    node: Node
    deployment: Deployment
    who_calls: WhoCalls

    async def ainvoke(self, input: State, config: RunnableConfig | None = None, **kwargs: Any) -> Update:
        started = time.perf_counter()
        here = Here(self.deployment, _thread(), self.who_calls(), _tell)
        spent = usage_of(input.get("trail", ()))
        with metered(self.deployment.budget, spent) as running, _logged_if_lost(self.name, running):
            update = await self.node(input, here)
        calls = tuple(running.calls)
        step = Step(node=self.name, ms=round((time.perf_counter() - started) * 1000, 3), calls=calls)
        trail = [*update.get("trail", input.get("trail", [])), step]
        return {**update, "trail": trail, **_consulted(calls, update, input, self.deployment)}

    def invoke(self, input: State, config: RunnableConfig | None = None, **kwargs: Any) -> Update:
        return run_here(self.ainvoke(input, config))


@dataclass(frozen=True, eq=False)
class RunningRoute(Runnable[State, str]):
    """A conditional edge, decided where it is asked for."""

    name: str
    route: Route

    async def ainvoke(self, input: State, config: RunnableConfig | None = None, **kwargs: Any) -> str:
        return self.route(input)

    def invoke(self, input: State, config: RunnableConfig | None = None, **kwargs: Any) -> str:
        return self.route(input)


def routed(route: Route) -> tuple[RunningRoute, list[str]]:
    """A route for the graph, and the nodes that it may lead to, from its Literal return type."""
    return RunningRoute(route.__name__, route), list(get_args(get_type_hints(route)["return"]))


@contextmanager
def _logged_if_lost(node: str, running: Meter) -> Iterator[None]:
    """Log the model calls of a node that ends without an update; each record has its call as `call`."""
    try:
        yield
    except BaseException:
        for call in running.calls:
            spent = f"{call.tokens_in} tokens in, {call.tokens_out} out, {call.outcome}"
            told = "%s ended without an update after a call of %s to %s: %s"
            _log.warning(told, node, call.model, call.purpose, spent, extra={"call": call.model_dump()})
        raise


def _consulted(calls: Sequence[Call], update: Update, state: State, deployment: Deployment) -> Update:
    """The model calls of a node as events, and in the conversation's usage."""
    if not calls:
        return {}
    at, turn = deployment.clock(), state["turn"]
    told = [
        Event(kind=EventKind.CONSULTED, at=at, turn=turn, ms=call.ms, data=call.model_dump(exclude={"ms"}))
        for call in calls
    ]
    events = update.get("events", state["events"])
    return {"events": [*events, *told], "usage": state.get("usage", Usage()).plus(calls)}


def _tell(text: str) -> None:
    """Write the reply so far to LangGraph's custom stream; nothing where nobody reads it."""
    get_runtime(Caller).stream_writer({"reply": text})


def _thread() -> str:
    """The conversation's id; without a checkpointer each run is one by itself."""
    config = get_config()
    found = config.get("configurable", {}).get("thread_id")
    return str(found) if found else f"run-{config.get('run_id') or 'unnamed'}"


def caller_in_context() -> Caller:
    """Whoever the run's `context` names: right where only the embedding app can make a run."""
    context = get_runtime(Caller).context
    if context is None:
        return Caller()
    if not isinstance(context, Caller):
        raise TypeError(f"the graph's context must be a hybrid_agent.Caller, not {type(context).__name__}")
    return context
