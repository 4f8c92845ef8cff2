"""The queue of what the customer wants: which request is next, and how it changes."""

from collections.abc import Iterable, Sequence

from hybrid_agent.dialogue.facts import KEPT_REQUESTS
from hybrid_agent.reasoning.protocol import Reading
from hybrid_agent.state import Phase, Question, Request, State

WAITING = (Phase.ASKING, Phase.CONFIRMING)
FINISHED = (Phase.DONE, Phase.HANDED_OFF)


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


def of_turn(request: Request, state: State) -> bool:
    """Whether the request was made in the running turn."""
    return request.id.rpartition(":")[0] == state["turn"]


def new_request(turn: str, number: int, reading: Reading) -> Request:
    """A request from a reading of the message of this turn."""
    return Request(
        id=f"{turn}:{number}", intent=reading.intent, confidence=reading.confidence, text=reading.text
    )
