"""Conversations as their customers may see them."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.deployment import Deployment
from hybrid_agent.records import approvals, messages, ownership
from hybrid_agent.records.models import By, Conversation, Message
from hybrid_agent.records.names import names_of
from hybrid_agent.serving.chat.bodies import Opened, Pending, Shown, Source, Standing
from hybrid_agent.serving.errors import NoSuchThreadError
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.rendering.links import web_address


async def own(connection: AsyncConnection, thread: str, person: Person) -> Conversation:
    """The conversation, if this person began it. Raises NoSuchThreadError, also for what is another's."""
    found = await messages.conversation(connection, thread)
    if found is None or found.owner != person.id:
        raise NoSuchThreadError("There is no such conversation of yours. Begin a new one.")
    return found


def opened(conversation: Conversation) -> Opened:
    """A conversation in a list."""
    return Opened(id=conversation.thread, opened=conversation.opened, last_at=conversation.last_at)


async def shown(connection: AsyncConnection, said: Sequence[Message]) -> tuple[Shown, ...]:
    """Messages as the customer sees them."""
    authors = {each.author for each in said if each.by is By.PERSON and each.author}
    names = await names_of(connection, authors)
    return tuple(_shown(each, names) for each in said)


def sources(citations: JsonValue) -> tuple[Source, ...]:
    """A reply's sources; an address that is no web page's is left out."""
    listed = citations if isinstance(citations, list) else []
    return tuple(
        Source(number=each["number"], title=each["title"], url=web_address(each.get("url")))
        for each in listed
        if isinstance(each, dict)
    )


async def standing(connection: AsyncConnection, thread: str, deployment: Deployment) -> Standing:
    """How the conversation stands now."""
    stands = await ownership.standing(connection, thread)
    pending = await approvals.pending(connection, now=deployment.clock(), thread=thread)
    user = stands.ownership.person
    names = await names_of(connection, [user] if user else [])
    return Standing(
        speaker="person" if user else "bot",
        name=names.get(user) if user else None,
        waiting=stands.waiting and not user,
        pending=tuple(Pending(what=each.summary, until=each.expires) for each in pending),
    )


def _shown(message: Message, names: Mapping[str, str]) -> Shown:
    return Shown(
        id=message.id,
        mark=message.mark,
        by=message.by,
        name=names.get(message.author or "") if message.by is By.PERSON else None,
        text=message.text,
        sources=sources(message.citations),
        at=message.at,
    )
