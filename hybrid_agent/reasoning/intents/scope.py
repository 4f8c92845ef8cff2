"""From scores to probabilities: which intent, whether any, and where to draw the line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hybrid_agent.encoding import Matrix

OUT_OF_SCOPE_RATE = 0.15
"""Share of utterances assumed to fit no intent, whatever share of the examples does."""
MOST_THRESHOLD = 2 / 3
"""Where taking an utterance for an intent it has not costs twice as much as refusing one that has."""


@dataclass(frozen=True)
class Calibration:
    """`sharpness` turns scores into P(intent); `slopes` and `offset` turn `signs` into P(in scope)."""

    sharpness: float
    slopes: tuple[float, ...]
    offset: float
    threshold: float

    def in_scope(self, scores: Matrix) -> NDArray[np.float64]:
        """Probability that each row of scores belongs to any intent."""
        import numpy as np

        logit = signs(scores) @ np.asarray(self.slopes) + self.offset
        probability: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(logit, -30, 30)))
        return probability

    def intents(self, scores: Matrix) -> NDArray[np.float64]:
        """Probability of each intent, given that there is one."""
        return softmax(scores, self.sharpness)


def calibrate(
    scores: Matrix, truth: NDArray[np.intp], outside: NDArray[np.float64], max_loss: float
) -> Calibration:
    """Fit on held-out `scores` of examples with their `truth`, and the `signs` of those of no intent."""
    import numpy as np

    inside = np.r_[np.ones(len(scores)), np.zeros(len(outside))]
    share = np.where(inside > 0, 1 - OUT_OF_SCOPE_RATE, OUT_OF_SCOPE_RATE)
    weights = share * len(inside) / np.where(inside > 0, max(len(scores), 1), max(len(outside), 1))
    *slopes, offset = _logistic(np.r_[signs(scores), outside], inside, weights)
    fitted = Calibration(_sharpness(scores, truth), tuple(slopes), offset, MOST_THRESHOLD)
    allowed = loss_threshold(fitted.in_scope(scores), scores.argmax(axis=1) == truth, max_loss)
    return replace(fitted, threshold=min(MOST_THRESHOLD, allowed))


def _sharpness(scores: Matrix, truth: NDArray[np.intp]) -> float:
    """The sharpness that finds the truth least surprising (temperature scaling, Guo et al. 2017)."""
    import numpy as np

    def surprise(sharpness: float) -> float:
        right = softmax(scores, sharpness)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(right, 1e-12)).mean())

    return min((float(sharpness) for sharpness in np.geomspace(1, 100, 47)), key=surprise)


def _logistic(
    features: NDArray[np.float64], outcomes: NDArray[np.float64], weights: NDArray[np.float64]
) -> list[float]:
    """Weighted logistic regression by Newton's method, lightly ridged: the slopes, then the offset."""
    import numpy as np

    design = np.c_[features, np.ones(len(features))]
    ridge = np.diag([0.1] * features.shape[1] + [1e-6])
    solution = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ solution, -30, 30)))
        slope = design.T @ (weights * (outcomes - chance)) - ridge @ solution
        curvature = (design * (weights * chance * (1 - chance))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature, slope)
        solution += np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-8:
            break
    return [float(value) for value in solution]


def loss_threshold(in_scope: NDArray[np.float64], right: NDArray[np.bool_], max_loss: float) -> float:
    """The highest threshold that refuses at most the share `max_loss` of the examples although right."""
    import numpy as np

    kept = np.sort(in_scope[right])
    return float(kept[min(int(max_loss * len(in_scope)), len(kept) - 1)]) if len(kept) else 0.0


def signs(scores: Matrix) -> NDArray[np.float64]:
    """What tells in scope from out, per row: the best score and the sum of all others, shape (n, 2)."""
    import numpy as np

    best = scores.max(axis=1).astype(np.float64)
    return np.stack([best, scores.sum(axis=1) - best], axis=1)


def softmax(scores: Matrix, sharpness: float) -> NDArray[np.float64]:
    """exp(sharpness * scores), normalised by row."""
    import numpy as np

    power = np.exp(sharpness * (scores - scores.max(axis=1, keepdims=True)).astype(np.float64))
    probability: NDArray[np.float64] = power / power.sum(axis=1, keepdims=True)
    return probability
