"""The conversations that systems are compared on: cases of customers and staff, routine or messy."""

from collections.abc import Iterator
from enum import StrEnum
from importlib import resources
from pathlib import Path

from hybrid_agent.errors import ConfigurationError
from hybrid_agent_evals.cases.models import Case, Placed
from hybrid_agent_evals.cases.reading import read_cases

DECISIONS = ("approve", "edit", "reject")
"""What every contestant lets staff do."""


class Kind(StrEnum):
    """What the catalog is made for, in everyday words; or typos, stories, traps and second thoughts."""

    ROUTINE = "routine"
    MESSY = "messy"


def kind_of(case: Case) -> Kind:
    """The kind that its tags name: everything is messy that is not called routine."""
    return Kind.ROUTINE if Kind.ROUTINE in case.tags else Kind.MESSY


def bundled() -> Path:
    """The folder of the conversations that come with the package."""
    return Path(str(resources.files("hybrid_agent_evals").joinpath("conversations", "data")))


def read_conversations(place: Path) -> tuple[Placed, ...]:
    """The conversations of a folder or file; raises ConfigurationError with every problem and its line.

    A turn that another system than the graph cannot play is one.
    """
    read = read_cases(place)
    problems = [*read.problems, *(each for placed in read.placed for each in _unplayable(placed))]
    if problems:
        raise ConfigurationError("\n".join(problems), advice="Correct the lines named above.")
    return read.placed


def _unplayable(placed: Placed) -> Iterator[str]:
    case = placed.case
    if case.turns[0].customer is None:
        yield f"{placed.where}: the customer begins"
    for number, turn in enumerate(case.turns, 1):
        played = turn.customer is not None or turn.agent in DECISIONS
        if not played or turn.signed_in or turn.chat or turn.stale:
            yield (
                f"{placed.where}: turn {number} is none that every system can play; leave all but messages "
                "of the customer and approve, edit, reject to the eval suite"
            )


def spread(cases: tuple[Placed, ...], count: int | None) -> tuple[Placed, ...]:
    """So many of the cases, evenly spread over all of them; all where no number is given."""
    if count is None or count >= len(cases):
        return cases
    return tuple(cases[place * len(cases) // count] for place in range(count))
