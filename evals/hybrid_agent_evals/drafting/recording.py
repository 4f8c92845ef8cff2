"""A conversation that happened, as turns that can be played again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import JsonValue

from hybrid_agent_evals.cases.turns import Turn

WORTH_WAITING = timedelta(minutes=30)
"""A pause that is shorter changes nothing and is left out."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What was said and decided from the moment `at` on, by `customer` and staff.

    `ended` says in words how it ended there. `records` is what the bot had read: it tells what is personal.
    """

    source: str
    at: datetime
    customer: str
    turns: tuple[Turn, ...]
    ended: tuple[str, ...] = ()
    records: JsonValue = None


class Happened(NamedTuple):
    """A turn and when it was."""

    at: datetime
    turn: Turn


@dataclass(slots=True)
class Staff:
    """Members of staff under the names that a case gives them."""

    named: dict[str, str] = field(default_factory=dict)

    def name(self, person: str) -> str:
        """The same for the same person: agent, agent_2, ..."""
        number = len(self.named) + 1
        return self.named.setdefault(person, "agent" if number == 1 else f"agent_{number}")


def in_order(happened: Iterable[Happened]) -> tuple[Turn, ...]:
    """The turns by time, with the pauses between them that matter."""
    return tuple(_with_pauses(sorted(happened, key=lambda each: each.at)))


def _with_pauses(happened: Sequence[Happened]) -> Iterator[Turn]:
    for before, each in zip([None, *happened], happened, strict=False):
        if before is not None and (pause := each.at - before.at) >= WORTH_WAITING:
            yield Turn(wait=timedelta(minutes=round(pause.total_seconds() / 60)))
        yield each.turn


def decision(kind: str, by: str, *, says: str = "", arguments: Mapping[str, JsonValue] | None = None) -> Turn:
    """What a member of staff did. Raises ValidationError where it is none that a case can repeat."""
    return Turn.model_validate(
        {"agent": kind, "by": by, "says": says or None, "arguments": arguments or None}
    )
