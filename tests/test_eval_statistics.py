"""What counts can tell: each figure against its definition, and against cases worked out by hand."""

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_agent_evals.suite.statistics import Runs, pass_at, pass_power, spread, wilson, worse

runs = st.integers(1, 4).flatmap(lambda n: st.integers(0, n).map(lambda passed: Runs(passed, n)))


@pytest.mark.parametrize(
    ("passed", "scored", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)],
)
def test_wilson_against_published_intervals(passed: int, scored: int, low: float, high: float) -> None:
    """Wilson's intervals are those that Newcombe publishes (Statistics in Medicine 17, 1998)."""
    assert wilson(passed, scored) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 300), st.integers(0, 300))
def test_wilson_holds_the_rate(passed: int, failed: int) -> None:
    """An interval lies within 0..1, holds the rate, and is everything where nothing was scored."""
    low, high = wilson(passed, passed + failed)
    assert 0 <= low <= high <= 1
    assert (low, high) == (0, 1) if passed + failed == 0 else low <= passed / (passed + failed) <= high


@given(runs, st.integers(1, 4))
def test_reliability_is_the_share_of_draws(case: Runs, k: int) -> None:
    """pass^k and pass@k are the shares of all draws of k runs in which all pass, and in which one does."""
    outcomes = [True] * case.passed + [False] * (case.scored - case.passed)
    draws = list(itertools.combinations(outcomes, k))
    if not draws:
        assert pass_power([case], k) is None
        assert pass_at([case], k) is None
        return
    assert pass_power([case], k) == pytest.approx(sum(map(all, draws)) / len(draws))
    assert pass_at([case], k) == pytest.approx(sum(map(any, draws)) / len(draws))


def test_reliability_is_the_mean_over_cases() -> None:
    """Cases weigh the same, and one with too few scored runs does not count."""
    assert pass_power([Runs(4, 4), Runs(2, 4), Runs(1, 1)], 2) == pytest.approx((1 + 1 / 6) / 2)


@given(st.integers(0, 30), st.integers(0, 30))
def test_one_run_each_is_mcnemar(worsened: int, improved: int) -> None:
    """With one run each the test is McNemar's exact one: a binomial of the cases that differ."""
    pairs = [(Runs(1, 1), Runs(0, 1))] * worsened + [(Runs(0, 1), Runs(1, 1))] * improved
    tail = sum(math.comb(worsened + improved, each) for each in range(improved + 1))
    assert worse([*pairs, (Runs(1, 1), Runs(1, 1))]) == pytest.approx(tail / 2 ** (worsened + improved))


@given(st.lists(st.tuples(runs, runs), max_size=3))
def test_repeats_are_permuted_within_their_case(pairs: list[tuple[Runs, Runs]]) -> None:
    """With repeats it is the share of all ways to deal each case's outcomes in which as few pass."""
    dealt = [_dealt(old, new) for old, new in pairs]
    seen = sum(new.passed for _, new in pairs)
    ways = [sum(each) for each in itertools.product(*dealt)]
    assert worse(pairs) == pytest.approx(float(Fraction(sum(way <= seen for way in ways), len(ways))))


def test_one_case_of_many_repeats_can_be_a_regression() -> None:
    """A case that passed in four of four runs and now in none is no chance; one run of one is."""
    assert worse([(Runs(4, 4), Runs(0, 4))]) == pytest.approx(1 / 70)
    assert worse([(Runs(1, 1), Runs(0, 1))]) == pytest.approx(0.5)


def test_spread_of_values() -> None:
    """Percentiles are interpolated between the nearest values; of nothing there are none."""
    found = spread([4.0, 1.0, 2.0, 3.0, 5.0])
    assert found is not None
    assert (found.count, found.mean, found.p50, found.p95) == (5, 3.0, 3.0, pytest.approx(4.8))
    assert spread([]) is None


def _dealt(old: Runs, new: Runs) -> list[int]:
    passed = old.passed + new.passed
    outcomes = [1] * passed + [0] * (old.scored + new.scored - passed)
    return [sum(each) for each in itertools.combinations(outcomes, new.scored)]
