"""The outcome of a step: what changes for a request, and what is said."""

from dataclasses import dataclass, field

from hybrid_agent.state import Escalation, Event, Evidence, Point, Question, Request


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
