"""What every node is given besides the state."""

from collections.abc import Callable
from dataclasses import dataclass

from hybrid_agent.caller import Caller
from hybrid_agent.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Here:
    """The deployment, the thread that is served, and who is talking in this run.

    `tell` passes on the reply as far as it may be said already, to whoever streams the run.
    """

    deployment: Deployment
    thread: str
    caller: Caller
    tell: Callable[[str], None]
