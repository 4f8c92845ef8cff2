"""The intent classifier: trained from a catalog's examples, knows when an utterance fits none of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from hybrid_agent.reasoning.intents.score import IntentScore

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hybrid_agent.encoding import Encoder
    from hybrid_agent.reasoning.intents.training import Fitted

RANKED = 10


class IntentClassifier:
    """Names the intent of an utterance, or says that it has none. Thread-safe; made by `fit` or `load`."""

    def __init__(self, fitted: Fitted, encoder: Encoder) -> None:
        self._fitted = fitted
        self._encoder = encoder

    @property
    def intents(self) -> tuple[str, ...]:
        """The intents it can name, sorted."""
        return self._fitted.intents

    @property
    def threshold(self) -> float:
        """Below this probability of being in scope, `intent` is None."""
        return self._fitted.calibration.threshold

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        labels: Sequence[str],
        out_of_scope: Sequence[str] | None = None,
        seed: int = 0,
        encoder: Encoder | None = None,
        *,
        max_loss: float = 0.025,
    ) -> Self:
        """Train on `texts` with their intents and on texts of no intent (general ones fill up few or none).

        The scope threshold is 2/3 (a wrong intent costs twice a refusal), or lower, so that on held-out
        scores at most the share `max_loss` of the examples is refused though right. Deterministic.
        Raises TrainingError for fewer than two intents or lists of unequal length.
        """
        from hybrid_agent.encoding import Wide
        from hybrid_agent.reasoning.intents.examples import gather
        from hybrid_agent.reasoning.intents.training import train

        encoder = _widest(encoder)
        leading = encoder.leading if isinstance(encoder, Wide) else 0
        examples = gather(texts, labels, out_of_scope, seed, encoder)
        return cls(train(examples, leading, max_loss), encoder)

    def predict(self, texts: Sequence[str]) -> list[IntentScore]:
        """One score a text, in their order."""
        if not texts:
            return []
        scores = self._fitted.scores(self._encoder.encode(texts))
        calibration = self._fitted.calibration
        inside = calibration.in_scope(scores)
        return [
            self._score(chances, float(chance))
            for chances, chance in zip(calibration.intents(scores) * inside[:, None], inside, strict=True)
        ]

    def _score(self, chances: NDArray[np.float64], in_scope: float) -> IntentScore:
        import numpy as np

        best = np.argsort(-chances, kind="stable")[:RANKED]
        ranked = tuple((self.intents[index], float(chances[index])) for index in best)
        if in_scope < self.threshold:
            return IntentScore(None, 1 - in_scope, ranked, in_scope)
        return IntentScore(*ranked[0], ranked, in_scope)

    def save(self, path: Path) -> None:
        """Write everything but the encoder to one file, atomically."""
        from hybrid_agent.reasoning.intents.storage import save

        save(self._fitted, self._encoder.name, path)

    @classmethod
    def load(cls, path: Path, encoder: Encoder | None = None) -> Self:
        """Read what `save` wrote; the encoder must be the one it was trained with.

        Raises:
            SavedClassifierError: missing, damaged, of another version, or of another encoder.
        """
        from hybrid_agent.reasoning.intents.storage import load

        encoder = _widest(encoder)
        return cls(load(path, encoder.name), encoder)


def _widest(encoder: Encoder | None) -> Encoder:
    from hybrid_agent.encoding import default_encoder, widest

    return widest(default_encoder() if encoder is None else encoder)
