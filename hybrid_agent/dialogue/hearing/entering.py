"""A message is entered in the transcript; what was said there by others becomes part of the conversation."""

from collections.abc import Sequence
from datetime import datetime

from langchain_core.messages import AIMessage, HumanMessage, RemoveMessage
from langgraph.graph.message import REMOVE_ALL_MESSAGES

from hybrid_agent.caller import Caller
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.hearing.arriving import Arrived
from hybrid_agent.policy import is_stranger
from hybrid_agent.records import Relaxed, messages, ownership
from hybrid_agent.records.models import By, Message, Said
from hybrid_agent.redaction.messages import Own
from hybrid_agent.state import State, Update


async def take_in(
    state: State, new: Sequence[HumanMessage], caller: Caller, thread: str, deployment: Deployment
) -> Arrived:
    """Enter the customer's new messages, and read in the same transaction how the conversation stands.

    A stranger's words are not entered: neither where the state knows whose it is, nor where the records do.
    """
    if is_stranger(caller, state.get("customer_id")):
        return Arrived(stranger=True)
    now = deployment.clock()
    async with deployment.records.write_relaxed() as tx:
        opened = await messages.open_conversation(
            tx, thread, owner=caller.id, customer_id=caller.customer_id, now=now
        )
        if opened is None:
            return Arrived(stranger=True)
        await messages.hear(tx, thread, _said(new, now))
        stands = await ownership.standing(tx, thread)
        said = await _unheard(tx, stands, state)
    since, before = stands.ownership.since, state.get("started")
    away = since is not None and before is not None and since > before
    return Arrived(stands.ownership.person, stands.waiting, away, said=said)


def joined(state: State, new: Sequence[HumanMessage], said: Sequence[Said]) -> Update:
    """The conversation with what others said in it, in its place: before what the customer says now."""
    if not said:
        return {}
    others = [AIMessage(each.text, id=each.mark, name=each.author) for each in said]
    earlier = [each for each in state["messages"] if each not in new]
    return {"messages": Own([RemoveMessage(id=REMOVE_ALL_MESSAGES), *earlier, *others, *new])}


def _said(new: Sequence[HumanMessage], now: datetime) -> Sequence[Said]:
    return [
        Said(mark=str(message.id), by=By.CUSTOMER, text=str(message.text), at=now)
        for message in new
        if str(message.text)
    ]


async def _unheard(tx: Relaxed, stands: ownership.Standing, state: State) -> Sequence[Message]:
    known = {message.id for message in state.get("messages", [])}
    if stands.said is None or stands.said in known:
        return ()
    return [each for each in await messages.told(tx, stands.ownership.thread) if each.mark not in known]
