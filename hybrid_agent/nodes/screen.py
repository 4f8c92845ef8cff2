"""Takes in the message: whose conversation it is, whether the bot may speak, and whether it is an attack."""

from hybrid_agent.dialogue.hearing.arriving import arrive, new_messages
from hybrid_agent.dialogue.hearing.entering import enter, joined
from hybrid_agent.dialogue.hearing.screening import screened
from hybrid_agent.nodes.here import Here
from hybrid_agent.policy import is_stranger
from hybrid_agent.state import State, Update


async def screen(state: State, here: Here) -> Update:
    """Begin a turn; a message that was delivered before changes nothing."""
    messages = new_messages(state)
    if not messages and state.get("turn") and not is_stranger(here.caller, state.get("customer_id")):
        return {}
    arrived = await enter(state, messages, here.caller, here.thread, here.deployment)
    begun = arrive(state, messages, here.caller, here.deployment, arrived)
    begun = {**joined(state, messages, arrived.said), **begun}
    return await screened(state, begun, here.deployment)
