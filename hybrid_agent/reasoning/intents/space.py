"""The space the classifier compares utterances in: weighted, centred, reduced, rows of unit length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hybrid_agent.encoding import Matrix

DIRECTIONS = 256
SAMPLE = 8_000
FEW = 8
"""Up to this many rows are what one message has."""


@dataclass(frozen=True)
class Space:
    """`mean` has shape (1, d), `basis` (d, k): weights of the columns times their main directions."""

    mean: Matrix
    basis: Matrix

    def project(self, vectors: Matrix) -> Matrix:
        """Unit rows of shape (n, k)."""
        return unit_rows(times(vectors - self.mean, self.basis))


def fit_space(vectors: Matrix, weights: Matrix) -> Space:
    """Centre `vectors`, weigh their columns, keep the main directions of the first `SAMPLE` rows."""
    import numpy as np
    from scipy.linalg import eigh  # type: ignore[import-untyped]

    mean = vectors.mean(axis=0, keepdims=True)
    centred = (vectors[:SAMPLE] - mean) * weights
    rows, columns = centred.shape
    keep = min(DIRECTIONS, rows, columns)
    if rows >= columns:
        _, basis = eigh(centred.T @ centred, subset_by_index=(columns - keep, columns - 1))
    else:
        values, sides = eigh(centred @ centred.T, subset_by_index=(rows - keep, rows - 1))
        solid = values > values[-1] * 1e-5
        basis = centred.T @ (sides[:, solid] / np.sqrt(values[solid]))
    return Space(mean, np.ascontiguousarray(basis * weights[:, None], dtype=np.float32))


def times(rows: Matrix, matrix: Matrix) -> Matrix:
    """The matrix product, float32, shape (n, k)."""
    import numpy as np

    # Few rows not by BLAS: it wakes a thread for every core and spins, far longer than it computes.
    product: Matrix = np.einsum("nd,dk->nk", rows, matrix) if len(rows) <= FEW else rows @ matrix
    return product


def column_weights(columns: int, leading: int, emphasis: float) -> Matrix:
    """Ones, but sqrt(emphasis) for the `leading`: squared distances count those `emphasis` times."""
    import numpy as np

    weights = np.ones(columns, dtype=np.float32)
    weights[:leading] = np.sqrt(emphasis)
    return weights


def unit_rows(vectors: Matrix) -> Matrix:
    """The rows scaled to length one; rows of zeros stay."""
    import numpy as np

    squares = np.einsum("nd,nd->n", vectors, vectors)
    rows: Matrix = vectors / np.sqrt(np.maximum(squares, np.float32(1e-18)))[:, None]
    return rows
