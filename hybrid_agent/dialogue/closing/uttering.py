"""The reply is said: it enters the transcript, unless a person has the conversation."""

from datetime import datetime

from langchain_core.messages import AIMessage

from hybrid_agent.dialogue.reasons import TAKEN_OVER
from hybrid_agent.records import Relaxed, messages
from hybrid_agent.records.models import By, Ownership, Said
from hybrid_agent.state import Reply, State


def may_speak(state: State, owner: Ownership) -> bool:
    """Whether the bot may: beside a person it only announces them, and turns strangers away."""
    announced = state["escalation"] is not None and TAKEN_OVER in state["escalation"].reasons
    return owner.person is None or announced or not is_heard(state)


def is_heard(state: State) -> bool:
    """Whether the turn's message is part of the conversation, as no stranger's is."""
    return any(message.id == state["turn"] for message in state.get("messages", []))


async def utter(tx: Relaxed, reply: Reply, state: State, thread: str, now: datetime) -> AIMessage:
    """The reply as a message, entered in the transcript. What strangers hear is no part of it."""
    earlier = [each for each in state.get("messages", []) if str(each.id).startswith(f"{state['turn']}:")]
    mark = f"{state['turn']}:{len(earlier)}"
    if is_heard(state):
        citations = [each.model_dump(mode="json") for each in reply.citations]
        said = Said(mark=mark, by=By.BOT, text=reply.text, at=now, citations=citations)
        mark = await messages.reply(tx, thread, said)
    return AIMessage(reply.written, id=mark)
