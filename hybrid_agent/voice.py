"""People in a conversation, one voice at a time: taking it over, writing in it, giving it back.

Whoever has a conversation holds a lease on it that every sign of life renews; an idle one is given up.
What they say and do is in the records alone: no run of the graph is needed, and none can undo it.
"""

from uuid import uuid4

from pydantic import JsonValue

from hybrid_agent.caller import Caller, Kind
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.telling import notify
from hybrid_agent.errors import NotStaffError, TakenError, UnsayableError
from hybrid_agent.records import Transaction, events, hand_offs, messages, ownership
from hybrid_agent.records.models import By, Message, Said, Taken
from hybrid_agent.redaction.screen import MAX_TEXT, screen_text
from hybrid_agent.state import Event, EventKind


async def take_over(deployment: Deployment, thread: str, person: Caller) -> Taken:
    """Give the conversation to a person: the bot is silent, what was pending is withdrawn.

    The customer is told that somebody has joined. Raises NotStaffError for anybody but staff.
    """
    _expect_staff(person, "takes over a conversation")
    async with deployment.records.write() as tx:
        return await _taken(tx, thread, person, deployment)


async def say(deployment: Deployment, thread: str, text: str, person: Caller, *, mark: str) -> Message:
    """Write to the customer; the conversation is taken over with it, where the bot or nobody has it.

    The same `mark` of the same person again is the same message. Raises NotStaffError, TakenError where a
    colleague has the conversation, and UnsayableError for a text that is not of 1..4000 characters and for a
    conversation that nobody began.
    """
    _expect_staff(person, "writes to customers")
    said = _said(thread, text, person, mark, deployment)
    async with deployment.records.write() as tx:
        known = await messages.marked(tx, thread, said.mark)
        if known is not None:
            return known
        if await messages.conversation(tx, thread) is None:
            raise UnsayableError(f"conversation {thread}: nobody began it\n  Look for it in the inbox.")
        taken = await _taken(tx, thread, person, deployment)
        if not taken.done:
            raise TakenError(thread, str(taken.ownership.person))
        await messages.add(tx, thread, [said])
        data: dict[str, JsonValue] = {"by": person.id, "characters": len(said.text)}
        spoken = Event(kind=EventKind.SAID_BY_PERSON, at=said.at, turn=said.mark, data=data)
        await events.append(tx, [spoken], thread=thread, customer_id=None)
        return await messages.require(tx, thread, said.mark)


async def keep_alive(deployment: Deployment, thread: str, person: Caller) -> bool:
    """A sign of life while the person has the conversation open; False where it is not theirs (any more).

    Raises NotStaffError for anybody but staff.
    """
    _expect_staff(person, "has conversations")
    async with deployment.records.write_relaxed() as tx:
        return await ownership.renew(tx, thread, by=person.id, now=deployment.clock())


async def release(deployment: Deployment, thread: str, person: Caller) -> Taken:
    """Give the conversation back to the bot; its hand-offs are closed, also where nobody had taken it.

    Raises NotStaffError for anybody but staff.
    """
    _expect_staff(person, "gives a conversation back")
    now = deployment.clock()
    async with deployment.records.write() as tx:
        released = await ownership.release(tx, thread, by=person.id, now=now)
        waiting = await hand_offs.listing(tx, thread=thread) if released.done else []
        if released.changed or waiting:
            for each in waiting:
                await hand_offs.close(tx, each.id, by=person.id, now=now)
            await _happened(tx, thread, EventKind.RELEASED, deployment, by=person.id)
            await _notice(tx, thread, "given_back", deployment)
    return released


async def give_up(deployment: Deployment, thread: str) -> Taken:
    """Take an idle conversation from its person: for the next one while a hand-off is open, else for the bot.

    Nothing happens to one whose person gave a sign of life within the service's `idle_after`.
    """
    now = deployment.clock()
    async with deployment.records.write() as tx:
        before = await ownership.owner(tx, thread)
        idle_since = now - deployment.service.idle_after
        returned = await ownership.give_up(tx, thread, idle_since=idle_since, by=deployment.worker, now=now)
        if returned.changed:
            waiting = bool(await hand_offs.listing(tx, thread=thread))
            await _happened(tx, thread, EventKind.RETURNED, deployment, by=before.person, waiting=waiting)
            await _notice(tx, thread, "returned_to_team" if waiting else "returned_to_bot", deployment)
    return returned


async def _taken(tx: Transaction, thread: str, person: Caller, deployment: Deployment) -> Taken:
    taken = await ownership.take(tx, thread, by=person.id, now=deployment.clock())
    if taken.changed:
        await _happened(tx, thread, EventKind.TAKEN_OVER, deployment, by=person.id)
        await _notice(tx, thread, "colleague_joined", deployment)
    return taken


def _said(thread: str, text: str, person: Caller, mark: str, deployment: Deployment) -> Said:
    clean = screen_text(text).text
    if not clean or len(text) > MAX_TEXT:
        what = "is empty" if not clean else f"has {len(text)} characters"
        raise UnsayableError(
            f"conversation {thread}: the message {what}\n  Write 1 to {MAX_TEXT} characters."
        )
    return Said(mark=f"{person.id}:{mark}", by=By.PERSON, author=person.id, text=clean, at=deployment.clock())


async def _happened(
    tx: Transaction, thread: str, kind: EventKind, deployment: Deployment, **data: JsonValue
) -> None:
    event = Event(kind=kind, at=deployment.clock(), data=data)
    await events.append(tx, [event], thread=thread, customer_id=None)


async def _notice(tx: Transaction, thread: str, phrase: str, deployment: Deployment) -> None:
    await notify(tx, thread, phrase, deployment, mark=f"notice:{uuid4()}")


def _expect_staff(person: Caller, what: str) -> None:
    if person.kind is not Kind.STAFF:
        raise NotStaffError(
            f"only staff {what}, and {person.id!r} is {person.kind.value}\n  Pass Caller.staff(...)."
        )
