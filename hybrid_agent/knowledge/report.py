"""What a build found, did and could not read."""

from collections.abc import Callable
from typing import TypeAlias

from hybrid_agent.frozen import Frozen

Progress: TypeAlias = Callable[[int, int, str], None]
"""Told (done, total, what) as a build goes on; `what` is a file's name or a step, such as "encoding"."""


class Fault(Frozen):
    """A file or source that could not be used: `where`, and what is wrong with it and what to do."""

    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}"


class Renamed(Frozen):
    """A file that is found under another name."""

    old: str
    new: str


class BuildReport(Frozen):
    """What a build did; names are those of files under their source.

    `encoded` counts the passages whose vectors were computed, the others were reused. `written` is False
    where nothing had changed, so that the index of before goes on.
    """

    files: int
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: int = 0
    passages: int
    encoded: int
    seconds: float
    written: bool
    faults: tuple[Fault, ...] = ()
