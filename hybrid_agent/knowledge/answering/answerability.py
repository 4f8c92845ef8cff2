"""How likely the passages found answer a query: a logistic regression over `Signals`, weights in a file."""

from dataclasses import asdict
from functools import cache
from importlib.resources import files
from math import exp
from pathlib import Path

import yaml
from pydantic import Field, ValidationError

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.frozen import Frozen
from hybrid_agent.knowledge.answering.signals import Signals

PACKAGED = "answerability.yaml"


class Weights(Frozen):
    """What each signal counts for."""

    cosine: float
    share: float
    lead: float
    title: float


class Answerability(Frozen):
    """`answer_from`: the probability from which an answer is given; `near_from`: from which it is asked what
    is meant. `made` says of what and when the weights were fitted.
    """

    made: str
    bias: float
    weights: Weights
    answer_from: float = Field(ge=0.0, le=1.0)
    near_from: float = Field(ge=0.0, le=1.0)

    def probability(self, signals: Signals) -> float:
        """That the passages answer, 0..1."""
        weights = self.weights.model_dump()
        value = self.bias + sum(weights[name] * signal for name, signal in asdict(signals).items())
        return 1.0 / (1.0 + exp(-value))


@cache
def default_answerability() -> Answerability:
    """The packaged one, fitted by `hybrid-agent bench knowledge --write`."""
    return Answerability.model_validate(
        yaml.safe_load(files(__package__).joinpath(PACKAGED).read_text("utf-8"))
    )


def load_answerability(file: Path) -> Answerability:
    """The one that a deployment names. Raises ConfigurationError, which says what is wrong with the file."""
    advice = "Make it with `hybrid-agent bench knowledge --write FILE`."
    try:
        return Answerability.model_validate(yaml.safe_load(file.read_text("utf-8")))
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror}", where=file, advice=advice) from error
    except (ValueError, yaml.YAMLError, ValidationError) as error:
        raise ConfigurationError(f"no answerability: {error}", where=file, advice=advice) from error
