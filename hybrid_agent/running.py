"""How a node runs: timed, with what it needs at hand, from async and from sync code."""

import time
from collections.abc import Awaitable, Callable

from langchain_core.runnables import RunnableLambda
from langgraph.config import get_config
from langgraph.runtime import get_runtime

from hybrid_agent.caller import Caller
from hybrid_agent.deployment import Deployment
from hybrid_agent.nodes import Here
from hybrid_agent.portal import run_here
from hybrid_agent.state import State, Step, Update

Node = Callable[[State, Here], Awaitable[Update]]


def as_node(name: str, node: Node, deployment: Deployment) -> RunnableLambda[State, Update]:
    """The node for the graph: `ainvoke` awaits it, `invoke` runs it on the library's own event loop."""

    async def run(state: State) -> Update:
        started = time.perf_counter()
        update = await node(state, Here(deployment, _thread(), _caller()))
        step = Step(node=name, ms=(time.perf_counter() - started) * 1000)
        return {**update, "trail": [*update.get("trail", state.get("trail", [])), step]}

    def run_sync(state: State) -> Update:
        return run_here(run(state))

    return RunnableLambda(run_sync, run, name=name)


def _thread() -> str:
    """The conversation's id; without a checkpointer each run is one by itself."""
    config = get_config()
    found = config.get("configurable", {}).get("thread_id")
    return str(found) if found else f"run-{config.get('run_id') or 'unnamed'}"


def _caller() -> Caller:
    context = get_runtime(Caller).context
    if context is None:
        return Caller()
    if not isinstance(context, Caller):
        raise TypeError(f"the graph's context must be a hybrid_agent.Caller, not {type(context).__name__}")
    return context
