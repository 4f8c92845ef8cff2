"""How a classifier is trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hybrid_agent.reasoning.intents.errors import TrainingError
from hybrid_agent.reasoning.intents.kernel import HeldOut, KernelRidge, fit_ridge
from hybrid_agent.reasoning.intents.offtopic import OFF_TOPIC
from hybrid_agent.reasoning.intents.scope import Calibration, calibrate
from hybrid_agent.reasoning.intents.space import Space, fit_space

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hybrid_agent.encoding import Encoder, Matrix


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


def train(
    texts: Sequence[str],
    labels: Sequence[str],
    out_of_scope: Sequence[str] | None,
    seed: int,
    encoder: Encoder,
    max_loss: float,
) -> Fitted:
    """Fit the space, the scores and their calibration."""
    import numpy as np

    intents = _checked(texts, labels, max_loss)
    outside = list(out_of_scope) if out_of_scope else list(OFF_TOPIC)
    vectors = encoder.encode([*texts, *outside])
    truth = np.searchsorted(np.asarray(intents), np.asarray(labels))
    space = fit_space(vectors)
    targets = np.zeros((len(vectors), len(intents)), dtype=np.float32)
    targets[np.arange(len(texts)), truth] = 1
    ridge, held_out = fit_ridge(space.project(vectors), targets, seed)
    scores = held_out.each()
    unseen = scores[len(texts) :]
    if not out_of_scope:
        unseen = np.concatenate([unseen, _unseen_intents(held_out, truth)])
    return Fitted(intents, space, ridge, calibrate(scores[: len(texts)], truth, unseen, max_loss))


def _unseen_intents(held_out: HeldOut, truth: NDArray[np.intp]) -> Matrix:
    """Scores of each intent's examples had the catalog not known the intent."""
    import numpy as np

    rows = [np.flatnonzero(truth == intent) for intent in range(int(truth.max()) + 1)]
    scores = [np.delete(held_out.group(group), intent, axis=1) for intent, group in enumerate(rows)]
    missing = np.full((len(truth), 1), -1, dtype=np.float32)
    return np.concatenate([np.concatenate(scores), missing], axis=1)


def _checked(texts: Sequence[str], labels: Sequence[str], max_loss: float) -> tuple[str, ...]:
    intents = tuple(sorted(set(labels)))
    if len(texts) != len(labels):
        raise TrainingError(
            f"{len(texts)} texts but {len(labels)} labels", advice="Give each text its intent."
        )
    if len(intents) < 2:
        raise TrainingError(
            f"a classifier needs examples of at least two intents, got {len(intents)}",
            advice="Add examples of another intent to the catalog.",
        )
    if not 0 <= max_loss < 1:
        raise TrainingError(f"max_loss is a share from 0 up to 1, got {max_loss}")
    return intents
