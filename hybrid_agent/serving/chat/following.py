"""The stream of a conversation: what is said in it by whomever, and how it stands."""

from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from hybrid_agent.records import RecordsError, messages
from hybrid_agent.records.models import Message
from hybrid_agent.serving.chat.showing import own, shown, standing
from hybrid_agent.serving.live import (
    AGAIN,
    Sent,
    Unreachable,
    event_stream,
    last_event_id,
    still_counts,
)
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.site import Site

RETRY = Sent("retry")
"""The records cannot be read just now: the stream stays, what is missed comes later."""


async def follow(request: Request, site: Site, person: Person) -> Response:
    """Messages since `Last-Event-ID` (without one: since now), then each as it comes, once.

    Events: `message`, `standing`, `retry`, and at the end `again` or `forbidden`.
    """
    thread, reader = request.path_params["id"], person.caller.identity
    site.feed.expect_room(reader)
    async with site.deployment.records.read() as connection:
        await own(connection, thread, person)
    following = _follow(site, thread, reader, last_event_id(request))
    return event_stream(following, allowed=partial(still_counts, site.identity, person))


async def _follow(site: Site, thread: str, reader: str, last: int | None) -> AsyncGenerator[Sent, None]:
    """Subscribed first and read then, so that nothing falls between what is missed and what comes."""
    with suppress(RecordsError):
        async with site.feed.subscribe(thread, reader) as subscription:
            for sent in await _missed(site, thread, last):
                last = sent.id or last
                yield sent
            async for happening in subscription:
                if isinstance(happening, Unreachable):
                    yield RETRY
                elif not isinstance(happening, Message):  # changed, or readable again
                    yield await _stands(site, thread)
                elif last is None or happening.id > last:
                    last = happening.id
                    yield await _said(site, happening)
    yield AGAIN


async def _missed(site: Site, thread: str, last: int | None) -> list[Sent]:
    """What was said since the last event that the reader had, and how things stand."""
    async with site.deployment.records.read() as connection:
        said = [] if last is None else await messages.of_thread(connection, thread, after=last)
        read = await shown(connection, said)
        stands = await standing(connection, thread, site.deployment)
    told = [Sent("message", each.model_dump(mode="json"), id=each.id) for each in read]
    return [*told, Sent("standing", stands.model_dump(mode="json"))]


async def _said(site: Site, message: Message) -> Sent:
    async with site.deployment.records.read() as connection:
        [read] = await shown(connection, [message])
    return Sent("message", read.model_dump(mode="json"), id=message.id)


async def _stands(site: Site, thread: str) -> Sent:
    async with site.deployment.records.read() as connection:
        stands = await standing(connection, thread, site.deployment)
    return Sent("standing", stands.model_dump(mode="json"))
