"""Puts the points of the turn into words, with the sources under them."""

from hybrid_agent.dialogue.closing.replying import BLOCKED, as_reply
from hybrid_agent.dialogue.consulting import worded
from hybrid_agent.dialogue.saying import standard
from hybrid_agent.nodes.here import Here
from hybrid_agent.state import State, Update


async def answer(state: State, here: Here) -> Update:
    """The reply, not yet checked. After a blocked one only the standard words are used."""
    points = state["points"]
    if not points:
        return {"reply": None, "sentences": []}
    blocked = state["escalation"] is not None and BLOCKED in state["escalation"].reasons
    said = standard(points) if blocked else await worded(points, here.deployment)
    return {"reply": as_reply(said, state["evidence"]), "sentences": said}
