"""Texts with their personal data marked, and texts that have none."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SAMPLED = 2_000
"""How many ordinary messages of each source are read: the ones whose hashes are lowest."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A text, and where it has what: (label, start, end). `held_out` is half of all texts, by their hash."""

    text: str
    spans: tuple[tuple[str, int, int], ...]
    held_out: bool


def marked(data: Path) -> list[Marked]:
    """All texts of the data set. Raises FileNotFoundError."""
    rows = _rows(data / "pii" / "synthetic.jsonl")
    return [
        Marked(
            row["text"],
            tuple((str(a), int(b), int(c)) for a, b, c in row["spans"]),
            _hash(row["text"]) % 2 == 1,
        )
        for row in rows
    ]


def ordinary(data: Path) -> dict[str, list[str]]:
    """Messages of customers without personal data, by source. Raises FileNotFoundError."""
    from importlib.resources import files

    from hybrid_agent.catalog.load import load_catalog

    catalog = load_catalog(Path(str(files("hybrid_agent") / "sample" / "catalog.yaml")))
    sources = {name: data / name / "train.jsonl" for name in ("banking77", "clinc150")}
    read = {name: [row["text"] for row in _rows(path)] for name, path in sources.items()}
    sampled = {name: sorted(texts, key=_hash)[:SAMPLED] for name, texts in read.items()}
    examples = [each for intent in catalog.intents.values() for each in intent.examples]
    return sampled | {"the sample catalog's examples": examples}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)
