"""How a classifier is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hybrid_agent.reasoning.intents.kernel import HeldOut, KernelRidge, fit_ridge
from hybrid_agent.reasoning.intents.scope import Calibration, calibrate, signs
from hybrid_agent.reasoning.intents.space import Space, column_weights, fit_space, unit_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hybrid_agent.encoding import Matrix
    from hybrid_agent.reasoning.intents.examples import Examples

EMPHASES = (4.0, 16.0, 1.0)
"""How many times a wide encoder's sentence vector may count; the first is preferred where they tie."""
FEW = 3_000
EMPHASIS_OF_MANY = 2.0
"""With more than `FEW` examples the deeper view always paid (cross-validated on CLINC150 and BANKING77)."""


@dataclass(frozen=True)
class Fitted:
    """All that a trained classifier knows."""

    intents: tuple[str, ...]
    space: Space
    ridge: KernelRidge
    calibration: Calibration

    def scores(self, vectors: Matrix) -> Matrix:
        """About 1 for the intent of a row of encoder vectors, 0 for the others, shape (n, intents)."""
        return self.ridge.scores(self.space.project(vectors))


def train(examples: Examples, leading: int, max_loss: float) -> Fitted:
    """Fit space, scores and calibration; the first `leading` columns are a sentence vector (0: unknown)."""
    weights = _best_weights(examples, leading)
    space = fit_space(examples.vectors, weights)
    targets = _targets(examples.truth, len(examples.intents))
    ridge, held_out = fit_ridge(space.project(examples.vectors), targets, examples.held_out)
    calibration = _calibrate(examples, held_out, max_loss)
    return Fitted(examples.intents, space, ridge, calibration)


def _best_weights(examples: Examples, leading: int) -> Matrix:
    """The column weights with the best held-out accuracy, or those that suit many examples."""
    import numpy as np

    columns = examples.vectors.shape[1]
    rows = np.flatnonzero(examples.truth >= 0)
    if not leading or len(rows) > FEW:
        return column_weights(columns, leading, EMPHASIS_OF_MANY)
    truth = examples.truth[rows]
    targets = _targets(truth, len(examples.intents))
    centred = examples.vectors[rows] - examples.vectors[rows].mean(axis=0)

    def accuracy(weights: Matrix) -> float:
        _, held_out = fit_ridge(unit_rows(centred * weights), targets, len(rows))
        return float((held_out.each().argmax(axis=1) == truth).mean())

    return max((column_weights(columns, leading, emphasis) for emphasis in EMPHASES), key=accuracy)


def _calibrate(examples: Examples, held_out: HeldOut, max_loss: float) -> Calibration:
    import numpy as np

    truth, named = examples.truth[-examples.held_out :], examples.named[-examples.held_out :]
    scores = held_out.each()
    inside = (truth >= 0) & ~named
    outside = [signs(scores[truth < 0])]
    if not examples.enough_outside and examples.held_out == len(examples.truth):
        outside.append(_unseen_intents(held_out, truth))
    return calibrate(scores[inside], truth[inside], np.concatenate(outside), max_loss)


def _unseen_intents(held_out: HeldOut, truth: NDArray[np.intp]) -> NDArray[np.float64]:
    """Signs of each intent's examples had the catalog not known the intent."""
    import numpy as np

    groups = [np.flatnonzero(truth == intent) for intent in range(int(truth.max()) + 1)]
    return np.concatenate(
        [signs(np.delete(held_out.group(rows), intent, axis=1)) for intent, rows in enumerate(groups)]
    )


def _targets(truth: NDArray[np.intp], intents: int) -> Matrix:
    import numpy as np

    targets = np.zeros((len(truth), intents), dtype=np.float32)
    rows = np.flatnonzero(truth >= 0)
    targets[rows, truth[rows]] = 1
    return targets
