"""A customer's message and what comes of it, as a stream."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from hybrid_agent.reasoning.signals import asking_for_a_person
from hybrid_agent.records import RecordsError
from hybrid_agent.serving.chat.bodies import NewMessage, PersonWanted
from hybrid_agent.serving.chat.showing import own, sources, standing
from hybrid_agent.serving.errors import ServingError
from hybrid_agent.serving.live import Sent, event_stream
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.routing import body_of
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.threads import Ran
from hybrid_agent.state import QuestionKind

YES_OR_NO = frozenset({QuestionKind.CONFIRM.value, QuestionKind.PERSON.value})
TRY_AGAIN = "We could not reach our own systems. Your message is kept here: please send it again."


async def send(request: Request, site: Site, person: Person) -> Response:
    """Send a message; the same id again is the same message.

    Events: `piece` of the reply, as each may be said; then `turn` with the whole, or `failed`.
    """
    said = body_of(request, NewMessage)
    return await _answered(request, site, person, said)


async def want_person(request: Request, site: Site, person: Person) -> Response:
    """Ask for a person, in words that no reasoner reads as anything else; answered as a message is."""
    wanted = body_of(request, PersonWanted)
    words = asking_for_a_person(site.deployment.catalog.language)
    return await _answered(request, site, person, NewMessage(id=wanted.id, text=words))


async def _answered(request: Request, site: Site, person: Person, said: NewMessage) -> Response:
    thread = request.path_params["id"]
    async with site.deployment.records.read() as connection:
        await own(connection, thread, person)
    return event_stream(_turn(site, thread, said, person))


async def _turn(site: Site, thread: str, said: NewMessage, person: Person) -> AsyncGenerator[Sent, None]:
    try:
        async for part in site.threads.send(thread, said.text, said.id, person):
            yield await _ended(site, thread, part) if isinstance(part, Ran) else Sent("piece", {"text": part})
    except (ServingError, RecordsError) as error:
        why = str(error) if isinstance(error, ServingError) and error.status < 500 else TRY_AGAIN
        yield Sent("failed", {"message": why})


async def _ended(site: Site, thread: str, ran: Ran) -> Sent:
    """The turn as its customer may see it: nothing of rules, digests or confidence."""
    async with site.deployment.records.read() as connection:
        stands = await standing(connection, thread, site.deployment)
    reply = ran.output.get("reply")
    return Sent(
        "turn",
        {
            "status": ran.output.get("status"),
            "reply": _reply(reply) if reply else None,
            "options": _options((ran.output.get("served") or {}).get("question")),
            "standing": stands.model_dump(mode="json"),
        },
    )


def _reply(reply: Mapping[str, Any]) -> dict[str, Any]:
    listed = sources(reply.get("citations"))
    return {"text": reply["text"], "sources": [each.model_dump(mode="json") for each in listed]}


def _options(question: Mapping[str, Any] | None) -> list[str]:
    """What may be answered with a tap: the words shown for each option, which are read as that option."""
    if not question:
        return []
    if question["kind"] in YES_OR_NO:
        return ["Yes", "No"]
    return list(question.get("options", {}).values())
