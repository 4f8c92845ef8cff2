"""What every node is given besides the state."""

from dataclasses import dataclass

from hybrid_agent.caller import Caller
from hybrid_agent.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Here:
    """The deployment, the thread that is served, and who is talking in this run."""

    deployment: Deployment
    thread: str
    caller: Caller
