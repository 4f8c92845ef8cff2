"""Kernel ridge regression onto the intents, with what it would have said of examples it had not seen.

Held-out scores are exact and need no refitting: with the hat matrix H of the fit, leaving out the rows B
moves their residuals from e_B to (I - H_BB)^-1 e_B (Rifkin & Lippert 2007, "Notes on regularized least squares").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hybrid_agent.encoding import Matrix

WIDTH = 0.7
"""gamma of the Gaussian kernel exp(-gamma |a - b|^2) on unit vectors."""
RIDGE = 0.1
LANDMARKS = 4_000
"""Above this many examples a seeded sample of them spans the solution (Nyström)."""


@dataclass(frozen=True)
class KernelRidge:
    """`support` has shape (m, k), `weights` (m, intents)."""

    support: Matrix
    weights: Matrix

    def scores(self, rows: Matrix) -> Matrix:
        """About 1 for the intent of a row and 0 for the others, shape (n, intents)."""
        scores: Matrix = gaussian(rows, self.support) @ self.weights
        return scores


@dataclass(frozen=True)
class HeldOut:
    """Enough of a fit to score its own examples as if they had not been there."""

    factor: Matrix
    targets: Matrix

    def each(self) -> Matrix:
        """Scores of every example, each left out alone, shape (n, intents)."""
        leverage = (self.factor**2).sum(axis=0)[:, None]
        residuals = self.targets - self.factor.T @ (self.factor @ self.targets)
        scores: Matrix = self.targets - residuals / (1 - leverage)
        return scores

    def group(self, rows: NDArray[np.intp]) -> Matrix:
        """Scores of the examples `rows`, all of them left out together."""
        import numpy as np

        own = self.factor[:, rows]
        residuals = self.targets[rows] - own.T @ (self.factor @ self.targets)
        unseen: Matrix = np.linalg.solve(np.eye(len(rows), dtype=np.float32) - own.T @ own, residuals)
        return self.targets[rows] - unseen


def fit_ridge(rows: Matrix, targets: Matrix, seed: int) -> tuple[KernelRidge, HeldOut]:
    """Regress `targets` (n, intents) on unit `rows` (n, k); same input and seed, same result."""
    import numpy as np
    from scipy.linalg import cholesky, solve_triangular  # type: ignore[import-untyped]

    support = rows
    if len(rows) > LANDMARKS:
        support = rows[np.sort(np.random.default_rng(seed).choice(len(rows), LANDMARKS, replace=False))]
    own = gaussian(support, support)
    own[np.diag_indices(len(own))] += np.float32(1e-3)
    root = cholesky(own, lower=True, overwrite_a=True, check_finite=False)
    features = solve_triangular(root, gaussian(support, rows), lower=True, check_finite=False)
    normal = features @ features.T
    normal[np.diag_indices(len(normal))] += np.float32(RIDGE)
    normal_root = cholesky(normal, lower=True, overwrite_a=True, check_finite=False)
    factor = solve_triangular(normal_root, features, lower=True, overwrite_b=True, check_finite=False)
    inner = solve_triangular(normal_root, factor @ targets, lower=True, trans=1, check_finite=False)
    weights = solve_triangular(root, inner, lower=True, trans=1, check_finite=False)
    return KernelRidge(support, np.ascontiguousarray(weights)), HeldOut(factor, targets)


def gaussian(left: Matrix, right: Matrix) -> Matrix:
    """exp(-WIDTH |a - b|^2) for unit rows, shape (len(left), len(right)), float32."""
    import numpy as np

    similar = left @ right.T
    similar -= np.float32(1)
    similar *= np.float32(2 * WIDTH)
    kernel: Matrix = np.exp(similar, out=similar)
    return kernel
