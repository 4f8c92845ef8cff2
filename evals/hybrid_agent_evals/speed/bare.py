"""The yardstick: a LangGraph that does nothing, with as many nodes as a turn passes."""

from functools import cache
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import StateGraph
from langgraph.graph.message import add_messages


class Bare(TypedDict):
    """Only the conversation."""

    messages: Annotated[list[AnyMessage], add_messages]


async def _empty(state: Bare) -> dict[str, Any]:
    return {}


@cache
def bare_graph(nodes: int, checkpointer: "BaseCheckpointSaver[str]") -> Any:
    """A chain of empty nodes, compiled with the checkpointer."""
    graph = StateGraph(Bare)
    graph.add_sequence([(f"node_{number}", _empty) for number in range(nodes)])
    graph.set_entry_point("node_0")
    return graph.compile(checkpointer=checkpointer)
