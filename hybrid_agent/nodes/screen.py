"""Takes in the message: whose conversation it is, whether the bot may speak, and whether it is an attack."""

from hybrid_agent.caller import Kind
from hybrid_agent.dialogue.hearing.arriving import arrive, new_messages
from hybrid_agent.dialogue.hearing.entering import joined, take_in
from hybrid_agent.dialogue.hearing.screening import screened
from hybrid_agent.nodes.here import Here
from hybrid_agent.policy import is_stranger
from hybrid_agent.state import State, Update


async def screen(state: State, here: Here) -> Update:
    """Begin a turn; a message that was delivered before changes nothing.

    Staff send none: they have a pause presented again that a later run discarded.
    """
    messages = new_messages(state)
    known = here.caller.kind is Kind.STAFF or not is_stranger(here.caller, state.get("customer_id"))
    if not messages and state.get("turn") and known:
        return {}
    arrived = await take_in(state, messages, here.caller, here.thread, here.deployment)
    begun = arrive(state, messages, here.caller, here.deployment, arrived)
    begun = {**joined(state, messages, arrived.said), **begun}
    return await screened(state, begun, here.deployment)
