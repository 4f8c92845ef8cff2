"""What counts can tell: intervals of rates, reliability over repeats, exact tests of a difference."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

Z95: Final = 1.959963984540054
"""The 97.5 % point of the standard normal distribution: two-sided 95 %."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How values lie: how many, their mean, median and 95th percentile."""

    count: int
    mean: float
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of one case: how many were scored, and how many of these passed."""

    passed: int
    scored: int


def wilson(passed: int, scored: int, z: float = Z95) -> tuple[float, float]:
    """The score interval of a rate: (p + z²/2n ± z·√(p(1-p)/n + z²/4n²)) / (1 + z²/n); (0, 1) of nothing.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    """
    if scored == 0:
        return 0.0, 1.0
    rate, square = passed / scored, z * z
    middle = rate + square / (2 * scored)
    half = z * math.sqrt(rate * (1 - rate) / scored + square / (4 * scored * scored))
    below, above = ((middle + side) / (1 + square / scored) for side in (-half, half))
    return (0.0 if passed == 0 else below), (1.0 if passed == scored else above)


def pass_power(cases: Sequence[Runs], k: int) -> float | None:
    """pass^k, the chance that k runs of a case all pass: the mean of C(passed, k) / C(scored, k).

    Cases with fewer than k scored runs do not count; None where none has as many. The unbiased estimator of
    S. Yao et al., "τ-bench: A benchmark for tool-agent-user interaction in real-world domains" (2024).
    """
    enough = [each for each in cases if each.scored >= k]
    return _mean(math.comb(each.passed, k) / math.comb(each.scored, k) for each in enough)


def pass_at(cases: Sequence[Runs], k: int) -> float | None:
    """pass@k, the chance that one of k runs passes: the mean of 1 - C(scored - passed, k) / C(scored, k).

    Cases with fewer than k scored runs do not count; None where none has as many. The unbiased estimator of
    M. Chen et al., "Evaluating large language models trained on code" (2021).
    """
    enough = [each for each in cases if each.scored >= k]
    return _mean(1 - math.comb(each.scored - each.passed, k) / math.comb(each.scored, k) for each in enough)


def worse(pairs: Iterable[tuple[Runs, Runs]]) -> float:
    """How likely as few passes as the new runs had are by chance alone; pairs are a case's old and new runs.

    Exact and one-sided: given how many of all a case's runs passed, the new ones are any of them, so their
    passes are hypergeometric; what is compared is the sum over the cases, which are independent. With one
    run each this is McNemar's exact test on the cases that differ, with more the exact conditional test of
    N. Mantel and W. Haenszel, "Statistical aspects of the analysis of data from retrospective studies of
    disease", JNCI 22 (1959); A. Agresti, "Categorical Data Analysis", 7.3.5.
    """
    chances, seen = [Fraction(1)], 0
    for old, new in pairs:
        ways = _hypergeometric(old, new)
        if len(ways) > 1:
            chances = _convolved(chances, ways)
            seen += new.passed - _least(old, new)
    return float(sum(chances[: seen + 1]))


def spread(values: Sequence[float]) -> Spread | None:
    """Mean and percentiles, interpolated linearly between the nearest values; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return Spread(len(ordered), math.fsum(ordered) / len(ordered), *(_at(ordered, q) for q in (0.5, 0.95)))


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return math.fsum(listed) / len(listed) if listed else None


def _at(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def _least(old: Runs, new: Runs) -> int:
    """The fewest passes that the new runs can have, given those of both together."""
    return max(0, old.passed + new.passed - old.scored)


def _hypergeometric(old: Runs, new: Runs) -> list[Fraction]:
    """The chances of as many passes among the new runs, from the fewest possible on."""
    passed, runs = old.passed + new.passed, old.scored + new.scored
    possible = range(_least(old, new), min(passed, new.scored) + 1)
    ways = math.comb(runs, new.scored)
    return [
        Fraction(math.comb(passed, each) * math.comb(runs - passed, new.scored - each), ways)
        for each in possible
    ]


def _convolved(one: Sequence[Fraction], other: Sequence[Fraction]) -> list[Fraction]:
    """The distribution of the sum of two independent counts."""
    total = [Fraction(0)] * (len(one) + len(other) - 1)
    for place, chance in enumerate(one):
        for further, other_chance in enumerate(other):
            total[place + further] += chance * other_chance
    return total
