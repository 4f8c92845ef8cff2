"""What opinions on an intent have been worth: the weights of a logistic regression for each set of them."""

import math
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

from pydantic import Field, FiniteFloat, model_validator

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.frozen import Frozen
from hybrid_agent.yamlfile import read_model

SIGNS: Final[Mapping[str, int]] = MappingProxyType(
    {"none": 0, "local": 1, "tokens": 1, "model_differs": -1, "local_differs": -1, "rival": -1}
)
"""The features, and the sign that the weight of each must have (0: any), so that agreement never lowers."""


class Weights(Frozen):
    """One logistic regression: a weight for each feature in `SIGNS`, 0 for one that it does not have."""

    bias: FiniteFloat
    none: FiniteFloat = 0.0
    local: FiniteFloat = 0.0
    tokens: FiniteFloat = 0.0
    model_differs: FiniteFloat = 0.0
    local_differs: FiniteFloat = 0.0
    rival: FiniteFloat = 0.0

    @model_validator(mode="after")
    def _signed(self) -> Self:
        for name, sign in SIGNS.items():
            if sign * getattr(self, name) < 0:
                side = "at least" if sign > 0 else "at most"
                raise ValueError(f"{name} must be {side} 0, or disagreement could raise the confidence")
        return self

    def probability(self, features: Mapping[str, float]) -> float:
        """1 / (1 + exp(-(bias + sum of weight times feature)))."""
        logit = self.bias + sum(getattr(self, name) * value for name, value in features.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


class Fitted(Frozen):
    """Where a calibration comes from; `messages` counts those that it was fitted on."""

    model: str
    catalog: str
    day: date
    messages: int = Field(ge=1)


class Calibration(Frozen):
    """The weights for the classifier alone, a model alone, and both; `_tokens` where it gives probabilities.

    `sure` is the classifier's confidence (0..1) from which on asking the model gains nothing.
    """

    fitted: Fitted
    sure: float = Field(ge=0, le=1)
    local: Weights
    model: Weights
    both: Weights
    model_tokens: Weights | None = None
    both_tokens: Weights | None = None

    def weights(self, *, local: bool, model: bool, tokens: bool) -> Weights:
        """Those for the opinions that are at hand. Raises ValueError for none."""
        match local, model:
            case True, True:
                return (self.both_tokens if tokens else None) or self.both
            case False, True:
                return (self.model_tokens if tokens else None) or self.model
            case True, False:
                return self.local
            case _:
                raise ValueError("without an opinion there is no confidence")


@lru_cache(maxsize=1)
def default_calibration() -> Calibration:
    """The one for a model that nobody has measured; read once."""
    with as_file(files("hybrid_agent.reasoning").joinpath("calibration.yaml")) as path:
        return load_calibration(path)


def load_calibration(path: Path) -> Calibration:
    """The calibration in a file, as `bench confidence --write` makes it. Raises ConfigurationError."""
    if not path.exists():
        advice = "Make one with: hybrid-agent bench confidence --write FILE; or leave calibration out."
        raise ConfigurationError("there is no such file", where=path, advice=advice)
    return read_model(path, Calibration)
