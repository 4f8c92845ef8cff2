"""Pairs of passages that are near in meaning, without holding all cosines at once."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybrid_agent.knowledge.passages import Passage

BLOCK = 512
"""Rows that are compared with all others at a time: 20 MB of cosines for 10,000 passages."""


class Pair(NamedTuple):
    """Two rows, the first one lower, and their cosine."""

    one: int
    other: int
    cosine: float


def near_pairs(vectors: NDArray[np.float32], least: float, most: int) -> list[Pair]:
    """For each row of unit length its `most` nearest ones from the cosine `least` on; each pair once."""
    found: dict[tuple[int, int], float] = {}
    for start in range(0, len(vectors), BLOCK):
        for row, column, cosine in _nearest(vectors, start, least, most):
            found[min(row, column), max(row, column)] = cosine
    return [Pair(*rows, cosine) for rows, cosine in sorted(found.items())]


def _nearest(
    vectors: NDArray[np.float32], start: int, least: float, most: int
) -> Iterator[tuple[int, int, float]]:
    cosines = vectors[start : start + BLOCK] @ vectors.T
    rows = np.arange(len(cosines))
    cosines[rows, rows + start] = -1.0
    kept = min(most, cosines.shape[1])
    best = np.argpartition(-cosines, kept - 1, axis=1)[:, :kept]
    for row, column in zip(np.repeat(rows, kept), best.ravel(), strict=True):
        if cosines[row, column] >= least:
            yield int(row) + start, int(column), float(cosines[row, column])


def seen_together(one: Passage, other: Passage) -> bool:
    """Whether some reader can find both on some day: language, product and validity agree."""
    languages = {each.locale.replace("_", "-").split("-")[0].lower() for each in (one, other)}
    products = {each.product for each in (one, other)} - {None}
    return (
        len(languages) == 1
        and len(products) <= 1
        and not _ends_before(one, other)
        and not _ends_before(other, one)
    )


def _ends_before(one: Passage, other: Passage) -> bool:
    return one.valid_until is not None and other.valid_from is not None and one.valid_until < other.valid_from
