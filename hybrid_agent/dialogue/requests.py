"""The queue of what the customer wants: which request is next, and how it changes."""

from collections.abc import Iterable, Sequence

from hybrid_agent.catalog import Catalog
from hybrid_agent.dialogue import reasons
from hybrid_agent.dialogue.facts import KEPT_REQUESTS
from hybrid_agent.reasoning.protocol import Reading
from hybrid_agent.state import Escalation, Phase, Question, Request, State

WAITING = (Phase.ASKING, Phase.CONFIRMING)
FINISHED = (Phase.DONE, Phase.HANDED_OFF)
NO_LONGER_OFFERED = Escalation(reasons=(reasons.NO_LONGER_OFFERED,))


def current(requests: Iterable[Request]) -> Request | None:
    """The request whose slots are filled now: the first that is open."""
    return first_in(requests, Phase.OPEN)


def first_in(requests: Iterable[Request], *phases: Phase) -> Request | None:
    """The first request in one of these phases."""
    return next((request for request in requests if request.phase in phases), None)


def in_phase(requests: Iterable[Request], *phases: Phase) -> list[Request]:
    """All requests in one of these phases, in order."""
    return [request for request in requests if request.phase in phases]


def about(requests: Iterable[Request], question: Question) -> Request | None:
    """The request that a question is about."""
    return next((request for request in requests if request.id == question.request_id), None)


def replaced(requests: Iterable[Request], *changed: Request) -> list[Request]:
    """The requests with the changed ones in their old places."""
    by_id = {request.id: request for request in changed}
    return [by_id.get(request.id, request) for request in requests]


def queued(requests: Sequence[Request], new: Sequence[Request]) -> list[Request]:
    """New requests before the unfinished ones, which are taken up afterwards; the oldest are forgotten."""
    reopened = [request.model_copy(update={"phase": Phase.OPEN}) for request in in_phase(requests, *WAITING)]
    requests = replaced(requests, *reopened)
    place = next((i for i, request in enumerate(requests) if request.phase is Phase.OPEN), len(requests))
    both = [*requests[:place], *new, *requests[place:]]
    finished = [request for request in both if request.phase in FINISHED]
    forgotten = {request.id for request in finished[: max(0, len(both) - KEPT_REQUESTS)]}
    return [request for request in both if request.id not in forgotten]


def retired(requests: Iterable[Request], catalog: Catalog) -> list[Request]:
    """Unfinished requests that the catalog, edited since, serves no longer, or by another operation."""
    return [each for each in requests if each.phase not in FINISHED and _is_retired(each, catalog)]


def _is_retired(request: Request, catalog: Catalog) -> bool:
    if request.intent is None:
        return False
    intent = catalog.intents.get(request.intent)
    if intent is None or request.action is None:
        return intent is None
    return intent.action is None or intent.action.operation != request.action.operation


def handed_off(requests: Iterable[Request]) -> list[Request]:
    """The requests as they are passed to a person."""
    return [request.model_copy(update={"phase": Phase.HANDED_OFF}) for request in requests]


def over(requests: Iterable[Request]) -> list[Request]:
    """The requests with nothing left to do for the bot."""
    return [request.model_copy(update={"phase": Phase.DONE}) for request in requests]


def of_turn(request: Request, state: State) -> bool:
    """Whether the request was made in the running turn."""
    return request.id.rpartition(":")[0] == state["turn"]


def new_request(turn: str, number: int, reading: Reading) -> Request:
    """A request from a reading of the message of this turn, with the slots that the reading came with."""
    return Request(
        id=f"{turn}:{number}",
        intent=reading.intent,
        confidence=reading.confidence,
        text=reading.text,
        slots=dict(reading.slots or {}),
        searched=reading.slots is not None,
    )
