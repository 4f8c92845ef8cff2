"""What can be said of confidences and outcomes: calibration error, Brier score, reliability, coverage."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

BINS = 10
Z = 1.959963984540054
"""The normal quantile of 97.5 %, for intervals of 95 %."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A confidence (0..1) that was given, and whether what it was given to was right."""

    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Outcomes of similar confidence: mean `predicted`, share `observed` right with its 95 % interval."""

    predicted: float
    observed: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Those with at least a `threshold` of confidence: their share of all, and the share of them right."""

    threshold: float
    coverage: float
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the answers of one source are, and how far its confidence can be trusted.

    `by_chance` is the calibration error that confidences without any would show on so few outcomes.
    """

    count: int
    accuracy: float
    calibration_error: float
    by_chance: float
    brier: float
    bins: tuple[Bin, ...]
    kept: tuple[Kept, ...]


def quality(outcomes: Sequence[Outcome], thresholds: Sequence[float]) -> Quality:
    """All figures of a source. `brier` is the mean of (confidence - right)^2 (Brier 1950)."""
    bins = reliability(outcomes)
    return Quality(
        count=len(outcomes),
        accuracy=accuracy(outcomes),
        calibration_error=calibration_error(bins),
        by_chance=error_by_chance(outcomes),
        brier=sum((each.confidence - each.right) ** 2 for each in outcomes) / len(outcomes),
        bins=bins,
        kept=tuple(keep(outcomes, threshold) for threshold in thresholds),
    )


def accuracy(outcomes: Sequence[Outcome]) -> float:
    """The share that is right, of at least one."""
    return sum(each.right for each in outcomes) / len(outcomes)


def keep(outcomes: Sequence[Outcome], threshold: float) -> Kept:
    """What a threshold lets through; `accuracy` is None where that is nothing."""
    passed = [each for each in outcomes if each.confidence >= threshold]
    return Kept(threshold, len(passed) / len(outcomes), accuracy(passed) if passed else None)


def reliability(outcomes: Sequence[Outcome], bins: int = BINS) -> tuple[Bin, ...]:
    """Bins of as equal a number as possible, by rising confidence; fewer where there are fewer outcomes."""
    ordered = sorted(outcomes, key=lambda each: each.confidence)
    many = min(bins, len(ordered))
    edges = [round(place * len(ordered) / many) for place in range(many + 1)]
    return tuple(_bin(ordered[start:end]) for start, end in pairwise(edges))


def calibration_error(bins: Sequence[Bin]) -> float:
    """sum over the bins of n_bin / n * |observed - predicted| (Naeini et al. 2015, here of equal mass)."""
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.observed - each.predicted) for each in bins) / total


def error_by_chance(outcomes: Sequence[Outcome], draws: int = 200) -> float:
    """The mean calibration error where each outcome is drawn with its own confidence; deterministic."""
    random = Random(0)  # noqa: S311
    drawn = (
        [Outcome(each.confidence, random.random() < each.confidence) for each in outcomes]
        for _ in range(draws)
    )
    return sum(calibration_error(reliability(each)) for each in drawn) / draws


def wilson(right: int, count: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927)."""
    share, square = right / count, Z * Z / count
    centre = (share + square / 2) / (1 + square)
    half = Z * math.sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    return max(0.0, centre - half), min(1.0, centre + half)


def _bin(outcomes: Sequence[Outcome]) -> Bin:
    right, count = sum(each.right for each in outcomes), len(outcomes)
    low, high = wilson(right, count)
    return Bin(sum(each.confidence for each in outcomes) / count, right / count, low, high, count)
