"""A customer's conversations: beginning one, listing them, reading one, rating it."""

import asyncio
from typing import Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from hybrid_agent.records import events, messages
from hybrid_agent.redaction.screen import screen_text
from hybrid_agent.serving.chat.bodies import Listed, Opened, Rating, Transcript
from hybrid_agent.serving.chat.showing import opened, own, shown, standing
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.routing import body_of
from hybrid_agent.serving.site import Site
from hybrid_agent.state import Event, EventKind

MOST_LISTED: Final = 20
MOST_SHOWN: Final = 200
"""Messages of a transcript, the last ones."""


async def begin(request: Request, site: Site, person: Person) -> Response:
    """Begin a conversation."""
    thread, now = await site.threads.open(person), site.deployment.clock()
    customer = person.caller.customer_id
    async with site.deployment.records.write_relaxed() as tx:
        await messages.open_conversation(tx, thread, owner=person.id, customer_id=customer, now=now)
    return answer(Opened(id=thread, opened=now, last_at=now), 201)


async def listing(request: Request, site: Site, person: Person) -> Response:
    """The customer's own conversations, the one with the latest word first."""
    async with site.deployment.records.read() as connection:
        found = await messages.of_owner(connection, person.id, limit=MOST_LISTED)
    return answer(Listed(conversations=tuple(map(opened, found))))


async def transcript(request: Request, site: Site, person: Person) -> Response:
    """What was said, by the customer, the bot and people, and how the conversation stands."""
    thread = request.path_params["id"]
    async with site.deployment.records.read() as connection:
        await own(connection, thread, person)
        said = await messages.of_thread(connection, thread, limit=MOST_SHOWN)
        read = await shown(connection, said)
        stands = await standing(connection, thread, site.deployment)
    return answer(Transcript(messages=read, standing=stands))


async def rate(request: Request, site: Site, person: Person) -> Response:
    """How the customer found the service; the last rating of a conversation counts."""
    thread, rating = request.path_params["id"], body_of(request, Rating)
    async with site.deployment.records.read() as connection:
        found = await own(connection, thread, person)
    comment = await asyncio.to_thread(site.deployment.redactor.mask, screen_text(rating.comment).text)
    rated = Event(
        kind=EventKind.RATED,
        at=site.deployment.clock(),
        data={"score": rating.score, "comment": comment},
    )
    async with site.deployment.records.write_relaxed() as tx:
        await events.append(tx, [rated], thread=thread, customer_id=found.customer_id)
    return Response(status_code=204)


def answer(told: BaseModel, status: int = 200) -> Response:
    """The answer as JSON."""
    return Response(told.model_dump_json(), status, media_type="application/json")
