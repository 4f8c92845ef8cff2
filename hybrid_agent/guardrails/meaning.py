"""How near a sentence is in meaning to what it rests on, and whether that makes up for words of its own."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

from pydantic import TypeAdapter

from hybrid_agent.frozen import Frozen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Meaning(Hashable, Protocol):
    """Rows of unit length for texts, as an encoder's `encode` gives them. It may block."""

    def __call__(self, texts: Sequence[str], /) -> "NDArray[np.float32]":
        """The rows, shape (len(texts), any)."""
        ...


REMEMBERED = 256
"""Sets of statements, mostly one for each passage, whose rows are kept."""


@dataclass(frozen=True, slots=True)
class Words:
    """The content words of a sentence: how many, how many its support lacks, and whether in a condition."""

    count: int
    lacking: int
    conditional: bool = False


class Weights(Frozen):
    """A logistic regression for "the sentence is supported"; `threshold` is the least score that passes.

    `best` is the cosine with the nearest statement, `joined` that with the nearest two together, `share`
    the part of its words that the support lacks, `lacking` their number. A sentence whose words pass
    needs no more than `floor`. `encoder` begins the name of the encoder that it was fitted with.
    """

    encoder: str
    fitted_on: str
    bias: float
    best: float
    joined: float
    share: float
    lacking: float
    threshold: float
    floor: float


@lru_cache(maxsize=1)
def packaged_weights() -> Weights:
    """The weights that `hybrid-agent bench grounding --write` made."""
    text = files("hybrid_agent.guardrails").joinpath("meaning.json").read_bytes()
    return TypeAdapter(Weights).validate_json(text)


def score(features: Sequence[float], weights: Weights) -> float:
    """The probability that a sentence with these `features` is supported."""
    factors = (weights.best, weights.joined, weights.share, weights.lacking)
    return 1 / (1 + math.exp(-weights.bias - sum(w * x for w, x in zip(factors, features, strict=True))))


def features(text: str, statements: Sequence[str], words: Words, meaning: Meaning) -> tuple[float, ...]:
    """The features of a sentence beside the statements of what it cites, in the order of `Weights`."""
    import numpy as np

    row = meaning([text])[0]
    best = joined = 0.0
    if statements:
        rows = _rows(meaning, tuple(statements))
        order = np.argsort(-(rows @ row))
        both = rows[order[:2]].sum(axis=0)
        best = float(rows[order[0]] @ row)
        joined = float(both @ row / max(float(np.linalg.norm(both)), 1e-6))
    return best, joined, words.lacking / max(words.count, 1), float(words.lacking)


@lru_cache(maxsize=REMEMBERED)
def _rows(meaning: Meaning, statements: tuple[str, ...]) -> "NDArray[np.float32]":
    return meaning(statements)
