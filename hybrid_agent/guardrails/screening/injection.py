"""Whether a text tries to change what the bot is, knows or does: injections, jailbreaks, hidden instructions.

A linear model on the deployment's sentence vectors and on signs of the surface, window by window; the worst
window counts. Nothing depends on it: what is permitted is decided without it, whatever a message says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from hybrid_agent.encoding import Encoder, widest
from hybrid_agent.frozen import Frozen
from hybrid_agent.guardrails.screening.surface import surface
from hybrid_agent.guardrails.screening.windows import read_in_parts

if TYPE_CHECKING:
    from hybrid_agent.encoding import Matrix

FOUND = 0.5
"""The score from which on a message is refused."""


class Line(Frozen):
    """A linear model; `vector` are the weights of the sentence vector, as base64 of little-endian float16.

    `bias` is such that the probability is `FOUND` where messages are refused, and `content` where what others
    wrote (articles, records) is kept from a language model.
    """

    bias: float
    surface: Mapping[str, float]
    content: float
    vector: str = ""


class Fitted(Frozen):
    """How the packaged models were made: by `hybrid-agent bench screen --write`."""

    encoder: str
    made_of: Mapping[str, int]
    meaning: Line
    surface: Line


@dataclass(frozen=True)
class Detector:
    """Scores texts; `encoder` is None where the packaged model was fitted to another: then the surface alone.

    Blocks for the milliseconds that the encoder takes.
    """

    line: Line
    encoder: Encoder | None = None

    def score(self, text: str) -> float:
        """0..1: from `FOUND` on a message is an attack; the worst window's."""
        return max(map(_logistic, self._logits(read_in_parts(text))))

    def suspicious(self, text: str) -> bool:
        """Whether what others wrote instructs a model, beyond how any article instructs its readers."""
        return self.score(text) >= self.line.content

    def _logits(self, parts: Sequence[str]) -> list[float]:
        seen = [self._of_surface(part) for part in parts]
        if self.encoder is None:
            return seen
        meant = [float((self.encoder.encode([part])[0] * _vector(self.line.vector)).sum()) for part in parts]
        return [one + other for one, other in zip(seen, meant, strict=True)]

    def _of_surface(self, part: str) -> float:
        return self.line.bias + sum(map(float.__mul__, self.line.surface.values(), surface(part)))


def detector_for(encoder: Encoder | None) -> Detector:
    """The packaged detector, on the wide view of this encoder if it was fitted to it."""
    fitted = packaged()
    wide = widest(encoder) if encoder is not None else None
    if wide is None or wide.name != fitted.encoder:
        return Detector(fitted.surface)
    return Detector(fitted.meaning, wide)


@cache
def packaged() -> Fitted:
    """The models in the package."""
    text = files(__package__).joinpath("injection.json").read_text(encoding="utf-8")
    return Fitted.model_validate_json(text)


@cache
def _vector(packed: str) -> Matrix:
    import base64

    import numpy as np

    return np.frombuffer(base64.b64decode(packed), dtype="<f2").astype(np.float32)


def _logistic(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
