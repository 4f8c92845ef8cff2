"""The outcome of a step: what changes for a request, what is said, and whether that settles it."""

from dataclasses import dataclass, field
from datetime import datetime

from hybrid_agent.state import Escalation, Event, EventKind, Evidence, Point, Question, Request, State


@dataclass(frozen=True, slots=True)
class Stepped:
    """A request after a step, with what came of it."""

    request: Request
    question: Question | None = None
    points: tuple[Point, ...] = ()
    evidence: list[Evidence] = field(default_factory=list)
    events: tuple[Event, ...] = ()
    escalation: Escalation | None = None
    misunderstood: int = 0


def resolved(request: Request, state: State, at: datetime) -> Event:
    """That a request came to a good end: answered, told why not, or done and told; once for each request.

    The `path` is `approved` where a person had to approve it, otherwise `bot`.
    """
    path = "bot" if request.approval_id is None else "approved"
    return Event(
        kind=EventKind.RESOLVED,
        at=at,
        turn=state["turn"],
        intent=request.intent,
        data={"request": request.id, "path": path},
    )
