"""Work that is watched: runs of the graph, their nodes, and the calls that nodes make."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

DONE: Final = "done"
PAUSED: Final = "paused"


class Kind(StrEnum):
    """What is watched: a run of the graph, a node in it, a call to a system, a call of a language model."""

    RUN = "run"
    NODE = "node"
    CALL = "call"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work. `parent` is the one that it is a part of, `about` what is known when it begins."""

    kind: Kind
    name: str
    id: UUID
    parent: UUID | None = None
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a piece of work ended: a run with its status, else done or paused; or with the `error`'s class.

    `about` is what came to be known on the way, such as the tokens of a model's call.
    """

    outcome: str
    seconds: float
    error: str | None = None
    about: Mapping[str, str | int] = field(default_factory=dict)


class Watcher(Protocol):
    """Is told of work as it begins and ends, on the event loop that does it: it must not wait."""

    def began(self, work: Work) -> None:
        """A piece of work has begun."""
        ...

    def ended(self, work: Work, ended: Ended) -> None:
        """It has ended."""
        ...
