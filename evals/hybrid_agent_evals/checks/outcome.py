"""What a check says of a conversation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hybrid_agent.frozen import Frozen
from hybrid_agent_evals.cases.models import Placed
from hybrid_agent_evals.playing.record import Played


class Verdict(StrEnum):
    """How a check ended. What could not be scored has neither passed nor failed."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_SCORED = "not_scored"


class Outcome(Frozen):
    """One check's verdict on one conversation; `problems` say in words what is otherwise than it must be."""

    check: str
    verdict: Verdict
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a check may look at."""

    placed: Placed
    played: Played


Check = Callable[[Seen], Sequence[str] | None]
"""The problems that it finds, none if all is well; None where the case gives nothing to check."""


def outcome(name: str, check: Check, seen: Seen) -> Outcome | None:
    """The check's outcome; None where it has nothing to say about this case."""
    try:
        problems = check(seen)
    except Exception as failure:  # a check that fails says nothing about the conversation
        said = f"could not be scored: {type(failure).__name__}: {failure}"
        return Outcome(check=name, verdict=Verdict.NOT_SCORED, problems=(said,))
    if problems is None:
        return None
    verdict = Verdict.FAILED if problems else Verdict.PASSED
    return Outcome(check=name, verdict=verdict, problems=tuple(problems))
