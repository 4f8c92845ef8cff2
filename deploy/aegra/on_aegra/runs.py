"""A run as Aegra is asked for it, in the form that LangGraph Server hands to its auth, and back."""

from collections.abc import Mapping
from typing import Any

from hybrid_agent.serving.access.door import ASSISTANT, GRAPH

STEERING = ("interrupt_before", "interrupt_after", "context")
SENT = ("input", "command", "stream_mode", "durability")


def as_langgraph(body: Mapping[str, Any], thread: str) -> dict[str, Any]:
    """The run that a body asks for. Aegra's own names for places in a thread become LangGraph's."""
    config = body.get("config") or {}
    places = {**(body.get("checkpoint") or {}), "checkpoint_id": body.get("checkpoint_id")}
    placed = {name: value for name, value in places.items() if value is not None}
    modes = body.get("stream_mode")
    return {
        "thread_id": thread,
        "assistant_id": ASSISTANT if body.get("assistant_id") == GRAPH else body.get("assistant_id"),
        "multitask_strategy": body.get("multitask_strategy"),
        "metadata": {},
        "kwargs": {
            **{name: body.get(name) for name in STEERING},
            "input": body.get("input"),
            "command": body.get("command"),
            "stream_mode": [modes] if isinstance(modes, str) else modes,
            "config": {"configurable": {**(config.get("configurable") or {}), **placed}},
        },
    }


def as_sent(run: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a run that passed. A run goes on where its listener leaves, as on LangGraph Server."""
    kwargs = run["kwargs"]
    body = {name: kwargs[name] for name in SENT if kwargs.get(name) is not None}
    return {**body, "assistant_id": GRAPH, "multitask_strategy": "enqueue", "on_disconnect": "continue"}
