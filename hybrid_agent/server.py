"""What `langgraph.json` names: the graph, who may use it, and our pages. Reads the environment."""

import os
import sys

from hybrid_agent.errors import HybridAgentError
from hybrid_agent.serving.assembly import Assembly, assemble
from hybrid_agent.serving.settings import server_settings
from hybrid_agent_tools import ToolError


def _assembled() -> Assembly:
    """Everything, or the end of the process with a message that says what to do."""
    try:
        return assemble(server_settings(os.environ))
    except (HybridAgentError, ToolError) as error:
        print(f"hybrid-agent: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None


_assembly = _assembled()
graph, auth, app = _assembly.graph, _assembly.auth, _assembly.app
