"""The graph as a LangGraph server takes it: it knows our types with any checkpointer of the server."""

from typing import Annotated, Any, Self

from langchain_core.messages import AnyMessage
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph

from hybrid_agent.caller import Caller
from hybrid_agent.checkpoints import allowing_our_types
from hybrid_agent.graph import build_graph
from hybrid_agent.redaction.messages import add_screened
from hybrid_agent.serving.access.calling import caller_of_run
from hybrid_agent.serving.observing.observation import Observation
from hybrid_agent.state import Input, Output, State


class Conversation(Output, total=False):
    """What a run returns on a server, whose rules say who gets it: the turn, and what was said before."""

    messages: Annotated[list[AnyMessage], add_screened]


class ServedGraph(CompiledStateGraph[State, Caller, Input, Output]):
    """LangGraph's servers copy a graph for each run, with a checkpointer that knows none of our types.

    A subclass because `copy` is the only place where that can be seen.
    """

    def copy(self, update: dict[str, Any] | None = None) -> Self:
        """A copy with these changes."""
        changes = dict(update or {})
        if isinstance(saver := changes.get("checkpointer"), BaseCheckpointSaver):
            changes["checkpointer"] = allowing_our_types(saver)
        return super().copy(changes)


def served_graph(observation: Observation) -> ServedGraph:
    """The graph of the watched deployment, whose callers are those whom the server has authenticated."""
    built = build_graph(observation.deployment, who_calls=caller_of_run, output=Conversation)
    parts = {name: each for name, each in vars(built).items() if name != "__orig_class__"}
    return ServedGraph(**parts).with_config(callbacks=[observation.watching])
