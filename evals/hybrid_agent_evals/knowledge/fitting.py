"""From cases to an `Answerability`: a logistic regression, checked by cross-validation over the questions."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.knowledge.answering.answerability import Answerability, Weights
from hybrid_agent.knowledge.answering.signals import Signals
from hybrid_agent_evals.knowledge.cases import SEED, Case

FOLDS = 10
ANSWERED = 0.85
"""The share of the answerable questions that is to be answered; of the rest, most are to be asked about."""

NEAR = 0.97
RIDGE = 0.3
DIGITS = 4
HEADER = "# Made by `hybrid-agent bench knowledge --write`; docs/knowledge.md says what it means.\n"
NAMES = tuple(field.name for field in fields(Signals))


def cross_validated(found: Sequence[Case]) -> NDArray[np.float64]:
    """For each case the probability by a fit that saw no case of its question."""
    questions = sorted({case.question for case in found})
    order = np.random.default_rng(SEED).permutation(len(questions))
    fold = {question: int(order[number]) % FOLDS for number, question in enumerate(questions)}
    folds = np.array([fold[case.question] for case in found])
    table, outcomes, weights = _table(found), _outcomes(found), _weights(found)
    result = np.zeros(len(found))
    for number in range(FOLDS):
        held_out = folds == number
        if held_out.any():
            model = _fitted(table[~held_out], outcomes[~held_out], weights[~held_out])
            result[held_out] = model.predict_proba(table[held_out])[:, 1]
    return result


def fit(found: Sequence[Case], probabilities: NDArray[np.float64], day: date) -> Answerability:
    """The weights fitted on all cases, with thresholds by the cross-validated probabilities.

    The thresholds let 85 % of the answerable questions be answered and 97 % be near, every group counting
    alike.
    """
    model = _fitted(_table(found), _outcomes(found), _weights(found))
    scaler, regression = model[0], model[-1]
    weights = regression.coef_[0] / scaler.scale_
    bias = float(regression.intercept_[0] - (weights * scaler.mean_).sum())
    answerable = _outcomes(found)
    counted = ", ".join(f"{name} {count}" for name, count in Counter(case.group for case in found).items())
    return Answerability(
        made=f"{day}, on cases of: {counted}; see docs/knowledge.md",
        bias=round(bias, DIGITS),
        weights=Weights(**{name: round(float(w), DIGITS) for name, w in zip(NAMES, weights, strict=True)}),
        answer_from=_threshold(probabilities[answerable], _weights(found)[answerable], ANSWERED),
        near_from=_threshold(probabilities[answerable], _weights(found)[answerable], NEAR),
    )


def write(answerability: Answerability, file: Path) -> None:
    """Write it as `load_answerability` reads it. Raises ConfigurationError where that cannot be."""
    text = yaml.safe_dump(answerability.model_dump(), sort_keys=False, default_flow_style=None, width=110)
    try:
        file.write_text(f"{HEADER}{text}", "utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot be written: {error.strerror}", where=file) from None


def _fitted(table: NDArray[np.float64], outcomes: NDArray[np.bool_], weights: NDArray[np.float64]) -> Any:
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
    from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
    from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

    model = make_pipeline(StandardScaler(), LogisticRegression(C=RIDGE, max_iter=1000))
    return model.fit(table, outcomes, logisticregression__sample_weight=weights)


def _table(found: Sequence[Case]) -> NDArray[np.float64]:
    return np.array([[asdict(case.signals)[name] for name in NAMES] for case in found])


def _outcomes(found: Sequence[Case]) -> NDArray[np.bool_]:
    return np.array([case.answerable for case in found])


def _weights(found: Sequence[Case]) -> NDArray[np.float64]:
    """Every group counts alike, and in each the answerable as much as the others."""
    counts = Counter((case.group, case.answerable) for case in found)
    groups = len({case.group for case in found})
    share = len(found) / (2 * groups)
    return np.array([share / counts[case.group, case.answerable] for case in found])


def _threshold(probabilities: NDArray[np.float64], weights: NDArray[np.float64], share: float) -> float:
    """The highest probability that this share of the weight reaches, rounded down."""
    order = np.argsort(-probabilities)
    reached = np.cumsum(weights[order]) / weights.sum()
    return math.floor(float(probabilities[order][np.searchsorted(reached, share)]) * 1000) / 1000
