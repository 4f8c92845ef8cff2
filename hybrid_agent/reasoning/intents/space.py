"""The space the classifier compares utterances in: centred, reduced to its main directions, unit length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hybrid_agent.encoding import Matrix

DIRECTIONS = 512


@dataclass(frozen=True)
class Space:
    """`mean` has shape (1, d), `basis` (d, k) with orthonormal columns."""

    mean: Matrix
    basis: Matrix

    def project(self, vectors: Matrix) -> Matrix:
        """Unit rows of shape (n, k)."""
        projected: Matrix = (vectors - self.mean) @ self.basis
        return unit_rows(projected)


def fit_space(vectors: Matrix) -> Space:
    """The space of the `DIRECTIONS` main directions (fewer for few vectors) of the centred vectors."""
    import numpy as np
    from scipy.linalg import eigh  # type: ignore[import-untyped]

    mean = vectors.mean(axis=0, keepdims=True)
    centred = vectors - mean
    rows, dimensions = centred.shape
    keep = min(DIRECTIONS, rows, dimensions)
    if rows >= dimensions:
        _, basis = eigh(centred.T @ centred, subset_by_index=(dimensions - keep, dimensions - 1))
    else:
        values, sides = eigh(centred @ centred.T, subset_by_index=(rows - keep, rows - 1))
        solid = values > values[-1] * 1e-6
        basis = centred.T @ (sides[:, solid] / np.sqrt(values[solid]))
    return Space(mean=mean.astype(np.float32), basis=np.ascontiguousarray(basis, dtype=np.float32))


def unit_rows(vectors: Matrix) -> Matrix:
    """The rows scaled to length one; rows of zeros stay."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows: Matrix = vectors / np.maximum(lengths, np.float32(1e-9))
    return rows
