"""Meaning and words together: which passages are nearest to a query."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hybrid_agent.knowledge.indexing.index import Index
from hybrid_agent.knowledge.passages import Hit, Passage, PassageKind

CANDIDATES = 64
"""So many passages are taken by meaning, and as many by words: of more, none is near by both."""

WORDS = 0.4
"""The share of BM25 in a score, the cosine has the rest. `hybrid-agent bench knowledge` measures it: on real
questions weighted scores found more than either alone and than reciprocal rank fusion (docs/knowledge.md)."""

POLICY_BONUS = 0.03
"""A policy as near as an article goes first, since it holds where they differ."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage (its row in the index) with its cosine, its share of BM25, and both together: each 0..1."""

    row: int
    passage: Passage
    cosine: float
    words: float
    score: float

    def hit(self) -> Hit:
        """The passage as a result, which says what it was found by."""
        return Hit(
            passage=self.passage, score=self.score, why=f"meaning {self.cosine:.2f}, words {self.words:.2f}"
        )


def ranked(
    index: Index, query: str, vector: NDArray[np.float32], allowed: NDArray[np.bool_], k: int
) -> list[Found]:
    """At least k allowed passages, if so many are near at all, best first."""
    if not query.strip():
        return []
    most = max(k, CANDIDATES)
    words = np.where(allowed, index.words.scores(query), np.float32(0.0))
    near, cosines = index.dense.nearest(vector, most, allowed)
    other = np.setdiff1d(_best(words, most), near)
    rows = np.concatenate([near, other])
    meaning = np.clip(np.concatenate([cosines, index.dense.cosines(vector, other)]), 0.0, 1.0)
    found = [
        _found(index, int(row), float(cosine), float(words[row]))
        for row, cosine in zip(rows, meaning, strict=True)
    ]
    return sorted((each for each in found if each.score > 0.0), key=lambda each: (-each.score, each.row))


def articles_first(found: Sequence[Found]) -> Iterator[Found]:
    """The best passage of each article, then all others."""
    seen = dict[str, int]()
    for each in found:
        seen.setdefault(each.passage.article, each.row)
    first = set(seen.values())
    yield from (each for each in found if each.row in first)
    yield from (each for each in found if each.row not in first)


def _found(index: Index, row: int, cosine: float, words: float) -> Found:
    passage = index.passages[row]
    bonus = POLICY_BONUS if passage.kind is PassageKind.POLICY else 0.0
    score = min(1.0, (1.0 - WORDS) * cosine + WORDS * words + bonus)
    return Found(row, passage, cosine, words, score)


def _best(scores: NDArray[np.float32], most: int) -> NDArray[np.int64]:
    """The rows of the best scores above zero."""
    rows = np.argpartition(-scores, most)[:most] if most < len(scores) else np.arange(len(scores))
    result: NDArray[np.int64] = rows[scores[rows] > 0.0].astype(np.int64)
    return result
