"""What `langgraph.json` names: the graph, who may use it, and our pages. Reads the environment."""

import os
import sys
from dataclasses import dataclass

from langgraph_sdk import Auth
from starlette.applications import Starlette

from hybrid_agent.errors import HybridAgentError
from hybrid_agent.graph import Graph, build_graph
from hybrid_agent.loading import load_deployment
from hybrid_agent.serving.access.calling import caller_of_run
from hybrid_agent.serving.settings import server_settings


@dataclass(frozen=True, slots=True)
class Served:
    """What a LangGraph server is given by this module."""

    graph: Graph
    auth: Auth
    app: Starlette


def serve() -> Served:
    """Everything that is served, from the environment."""
    settings = server_settings(os.environ)
    deployment = load_deployment(settings.deployment)
    graph = build_graph(deployment, who_calls=caller_of_run)
    auth = Auth()

    @auth.authenticate
    async def authenticate(authorization: str | None) -> dict[str, str]:
        raise Auth.exceptions.HTTPException(401, "bare")

    return Served(graph, auth, Starlette())


def _served() -> Served:
    try:
        return serve()
    except HybridAgentError as error:
        print(f"hybrid-agent: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None


_all = _served()
graph, auth, app = _all.graph, _all.auth, _all.app
