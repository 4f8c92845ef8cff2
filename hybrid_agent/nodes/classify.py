"""Understands the message: new requests, an answer to the open question, a change of mind, the tone."""

from hybrid_agent.dialogue.hearing.hear import hear
from hybrid_agent.nodes.here import Here
from hybrid_agent.state import State, Update


async def classify(state: State, here: Here) -> Update:
    """What the message changes in the queue of requests."""
    return await hear(state, here.deployment, here.thread)
