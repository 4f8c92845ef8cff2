"""From opinions on labelled messages to a calibration."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.reasoning.calibration import SIGNS, Calibration, Fitted, Weights
from hybrid_agent.reasoning.confidence import ModelReading, combine, features
from hybrid_agent.reasoning.protocol import Reading

GOOD_ENOUGH = 0.97
"""Where the classifier is right this often, no model is asked, even if it would do better still."""

DIGITS = 4
HEADER = "# Made by `hybrid-agent bench confidence --write`; docs/confidence.md says what it means.\n"


@dataclass(frozen=True, slots=True)
class Case:
    """A message's intent (None: it has none), what the classifier took it for, and what a model did.

    No `model` reading means that the model saw no request in the message, or was not asked.
    """

    intent: str | None
    local: Reading
    model: ModelReading | None


@dataclass(frozen=True, slots=True)
class _Row:
    features: dict[str, float]
    right: bool


def fit(cases: Sequence[Case], fitted: Fitted, understand: float) -> Calibration:
    """The calibration that makes the cases' outcomes likeliest; both together where the model saw a request.

    `understand` is the confidence below which the bot asks the customer what is meant. Raises
    ConfigurationError where a regression has only one outcome to learn from.
    """
    seen = [each for each in cases if each.model is not None]
    named = [each for each in seen if each.model is not None and each.model.spelled is not None]
    tokenless = [replace(each, model=_tokenless(each.model)) for each in seen]
    calibration = Calibration(
        fitted=fitted,
        sure=1.0,
        local=_weights(_row(each, each.local.intent, model=False) for each in cases),
        model=_weights(_row(each, each.model.intent, local=False) for each in tokenless if each.model),
        both=_weights(row for each in tokenless for row in _rows(each)),
        model_tokens=_weights(_row(each, each.model.intent, local=False) for each in named if each.model)
        if named
        else None,
        both_tokens=_weights(row for each in named for row in _rows(each)) if named else None,
    )
    return calibration.model_copy(update={"sure": sure_threshold(cases, calibration, understand)})


def write_calibration(calibration: Calibration | None, file: Path) -> None:
    """Write it as `load_calibration` reads it. Raises ConfigurationError where there is none to write."""
    if calibration is None:
        advice = "Name a model with --model, or give its answers with --opinions."
        raise ConfigurationError("no model was asked, so there is nothing to write", advice=advice)
    written = calibration.model_dump(exclude_defaults=True)
    text = yaml.safe_dump(written, sort_keys=False, default_flow_style=None, width=110)
    try:
        file.write_text(f"{HEADER}{text}", "utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot be written: {error.strerror}", where=file) from None


def sure_threshold(cases: Sequence[Case], calibration: Calibration, understand: float) -> float:
    """The smallest confidence of the classifier from which on asking the model gains nothing.

    That is: of the cases at or above it, the classifier has at least as many right as both together, or 97 %.
    Never below `understand`, where the customer would have to be asked instead; 1 where there is none.
    """
    ordered = sorted(cases, key=lambda each: -each.local.confidence)
    best, alone, together = 1.0, 0, 0
    for count, case in enumerate(ordered, 1):
        alone += case.local.intent == case.intent
        together += combine(case.local, case.model, calibration).intent == case.intent
        last = count == len(ordered) or ordered[count].local.confidence < case.local.confidence
        if last and (alone >= together or alone >= GOOD_ENOUGH * count):
            best = case.local.confidence
    return max(math.floor(best * 1000) / 1000, understand)


def _tokenless(model: ModelReading | None) -> ModelReading | None:
    return None if model is None else ModelReading(intent=model.intent)


def _rows(case: Case) -> list[_Row]:
    """A row for each intent that anybody named."""
    named = dict.fromkeys((case.local.intent, *((case.model.intent,) if case.model else ())))
    return [_row(case, intent) for intent in named]


def _row(case: Case, intent: str | None, *, local: bool = True, model: bool = True) -> _Row:
    found = features(intent, case.local if local else None, case.model if model else None)
    return _Row(found, intent == case.intent)


def _weights(rows: Iterable[_Row]) -> Weights:
    """Logistic regression with a ridge (C = 1); a feature whose weight has the wrong sign is left out."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    rows = list(rows)
    outcomes = [each.right for each in rows]
    if len(set(outcomes)) < 2:
        message = "the messages to fit on are all understood rightly, or all wrongly"
        raise ConfigurationError(message, advice="Add messages as hard as your customers': some must fail.")
    used = [name for name in SIGNS if len({each.features[name] for each in rows}) > 1]
    while used:
        table = [[each.features[name] for name in used] for each in rows]
        fitted = LogisticRegression(C=1.0, max_iter=1000).fit(table, outcomes)
        found = dict(zip(used, map(float, fitted.coef_[0]), strict=True))
        wrong = [name for name in used if SIGNS[name] * found[name] < 0]
        if not wrong:
            break
        used.remove(max(wrong, key=lambda name: abs(found[name])))
    else:
        return Weights(bias=_logit(sum(outcomes) / len(outcomes)))
    rounded = {name: round(weight, DIGITS) for name, weight in found.items()}
    return Weights(bias=round(float(fitted.intercept_[0]), DIGITS), **rounded)


def _logit(share: float) -> float:
    return round(math.log(share / (1 - share)), DIGITS)
