"""Customer service by a bot and people together: a LangGraph workflow with approvals, a ledger and hand-offs.

    deployment = load_deployment("support.yaml")
    graph = build_graph(deployment, checkpointer=checkpointer)
    question = {"messages": [("user", "Where is my order?")]}
    await graph.ainvoke(question, config, context=Caller.customer("C-1001"))

Names are loaded on first use, so that importing this package is cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hybrid_agent.caller import Caller
    from hybrid_agent.checkpoints import knowing_our_types
    from hybrid_agent.deployment import Deployment
    from hybrid_agent.errors import ConfigurationError, HybridAgentError
    from hybrid_agent.graph import build_graph, builder
    from hybrid_agent.loading import load_deployment
    from hybrid_agent.redaction.messages import add_screened
    from hybrid_agent.state import State, Status

__all__ = [
    "Caller",
    "ConfigurationError",
    "Deployment",
    "HybridAgentError",
    "State",
    "Status",
    "add_screened",
    "build_graph",
    "builder",
    "knowing_our_types",
    "load_deployment",
]

_HOMES = {
    "Caller": "caller",
    "ConfigurationError": "errors",
    "Deployment": "deployment",
    "HybridAgentError": "errors",
    "State": "state",
    "Status": "state",
    "add_screened": "redaction.messages",
    "build_graph": "graph",
    "builder": "graph",
    "knowing_our_types": "checkpoints",
    "load_deployment": "loading",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
