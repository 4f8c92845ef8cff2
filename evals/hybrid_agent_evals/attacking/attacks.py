"""The attacks: the public development split, and those that were written for this project."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hybrid_agent.errors import ConfigurationError
from hybrid_agent_evals.screening.data import messages

FILE = Path("injection") / "attacks.jsonl"


@dataclass(frozen=True, slots=True)
class Attack:
    """A text with the name by which it is found again."""

    id: str
    text: str


def read_attacks(data: Path) -> tuple[Attack, ...]:
    """All attacks, the public ones first. Raises ConfigurationError where the data is not there or broken."""
    file = data / FILE
    try:
        lines = file.read_text("utf-8").rstrip("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        advice = "Give the folder of the data sets with --data."
        raise ConfigurationError("cannot be read", where=file, advice=advice) from error
    return (*_public(lines, file), *_own())


def _public(lines: list[str], file: Path) -> Iterator[Attack]:
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            yield Attack(f"{row['source']}-{number}", str(row["text"]))
        except (ValueError, KeyError, TypeError) as error:
            advice = 'Each line is {"text": ..., "source": ...}.'
            raise ConfigurationError("is no attack", where=f"{file}:{number}", advice=advice) from error


def _own() -> Iterator[Attack]:
    for group in (messages().injections, messages().unauthorised):
        for kind, texts in group.items():
            yield from (Attack(f"{kind}-{number}", text) for number, text in enumerate(texts, 1))
