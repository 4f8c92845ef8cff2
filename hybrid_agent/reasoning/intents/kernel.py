"""Kernel ridge regression onto the intents, with what it would have said of examples it had not seen.

Held-out scores are exact and need no refitting: with A the regularised kernel matrix and a its solution,
leaving out the rows B moves their scores to y_B - ((A^-1)_BB)^-1 a_B (Rifkin & Lippert 2007, "Notes on
regularized least squares"). For the last rows, (A^-1)_BB needs only the last block of A's Cholesky factor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hybrid_agent.reasoning.intents.space import times

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hybrid_agent.encoding import Matrix

WIDTH = 1.0
"""gamma of the Gaussian kernel exp(-gamma |a - b|^2) on unit vectors."""
RIDGE = 0.1


@dataclass(frozen=True)
class KernelRidge:
    """`support` has shape (m, k), `weights` (m, intents)."""

    support: Matrix
    weights: Matrix

    def scores(self, rows: Matrix) -> Matrix:
        """About 1 for the intent of a row and 0 for the others, shape (n, intents)."""
        return times(gaussian(rows, self.support), self.weights)


@dataclass(frozen=True)
class HeldOut:
    """Scores the last h rows of a fit as if they had not been there; `inverse` is their block of A^-1."""

    inverse: Matrix
    weights: Matrix
    targets: Matrix

    def each(self) -> Matrix:
        """Scores of each row, left out alone, shape (h, intents)."""
        scores: Matrix = self.targets - self.weights / self.inverse.diagonal()[:, None]
        return scores

    def group(self, rows: NDArray[np.intp]) -> Matrix:
        """Scores of `rows` (counted within the last h), all left out together."""
        import numpy as np

        moved = np.linalg.solve(self.inverse[np.ix_(rows, rows)], self.weights[rows])
        scores: Matrix = self.targets[rows] - moved
        return scores


def fit_ridge(rows: Matrix, targets: Matrix, last: int) -> tuple[KernelRidge, HeldOut]:
    """Regress `targets` (n, intents) on unit `rows` (n, k); the `last` rows can be scored as held out."""
    import numpy as np
    from scipy.linalg import cho_solve, cholesky, solve_triangular  # type: ignore[import-untyped]

    regularised = gaussian(rows, rows)
    regularised[np.diag_indices(len(rows))] += np.float32(RIDGE)
    # The transpose of a symmetric matrix is itself, in the order that LAPACK overwrites without a copy.
    root = cholesky(regularised.T, lower=True, overwrite_a=True, check_finite=False)
    weights = np.ascontiguousarray(cho_solve((root, True), targets, check_finite=False))
    corner = solve_triangular(
        root[-last:, -last:], np.eye(last, dtype=np.float32), lower=True, check_finite=False
    )
    return KernelRidge(rows, weights), HeldOut(corner.T @ corner, weights[-last:], targets[-last:])


def gaussian(left: Matrix, right: Matrix) -> Matrix:
    """exp(-WIDTH |a - b|^2) for unit rows, shape (len(left), len(right)), float32."""
    import numpy as np

    similar = times(left, right.T)
    similar -= np.float32(1)
    similar *= np.float32(2 * WIDTH)
    kernel: Matrix = np.exp(similar, out=similar)
    return kernel
