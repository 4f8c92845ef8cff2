"""Results on disk, a line of JSON each, written as they come: a run that was killed goes on from there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.frozen import Frozen
from hybrid_agent_evals.cases.models import Placed
from hybrid_agent_evals.conversations.cases import Kind
from hybrid_agent_evals.conversations.scoring import Score
from hybrid_agent_evals.playing.record import Played

Key = tuple[str, str, str, str]
"""System, model, id and digest of a conversation."""


class Result(Frozen):
    """What came of one conversation with one system."""

    system: str
    model: str
    machine: str
    ended: datetime
    id: str
    digest: str
    kind: Kind
    about: str
    score: Score
    played: Played

    @property
    def key(self) -> Key:
        """What makes it the result of this case and no other."""
        return (self.system, self.model, self.id, self.digest)


def key_of(system: str, model: str, placed: Placed) -> Key:
    """The key that a result of the case will have."""
    return (system, model, placed.case.id, placed.digest)


@dataclass(frozen=True, slots=True)
class Journal:
    """The file of results; without a path nothing is kept."""

    path: Path | None = None

    def read(self) -> Mapping[Key, Result]:
        """What is there already; a last line that was cut off counts as not written.

        Raises ConfigurationError for a file that is something else.
        """
        if self.path is None or not self.path.exists():
            return {}
        lines = self.path.read_text("utf-8").splitlines(keepends=True)
        found = [self._result(line, number) for number, line in enumerate(lines, 1) if line.endswith("\n")]
        return {each.key: each for each in found}

    def add(self, result: Result) -> None:
        """Write a result; a last line that was cut off makes way for it."""
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            if file.tell():
                file.seek(-1, 2)
                if file.read(1) != b"\n":
                    file.truncate(_end_of_lines(self.path))
            file.write(result.model_dump_json().encode() + b"\n")

    def _result(self, line: str, number: int) -> Result:
        try:
            return Result.model_validate_json(line)
        except ValidationError:
            raise ConfigurationError(
                "is no result of this benchmark",
                where=f"{self.path}:{number}",
                advice="Name another file with --out, or delete this one to begin anew.",
            ) from None


def _end_of_lines(path: Path) -> int:
    return path.read_bytes().rfind(b"\n") + 1
