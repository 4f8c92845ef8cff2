"""A judge's scores of a conversation, and of all of them: means with their intervals."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean, stdev

from hybrid_agent.frozen import Frozen

LEVEL = 0.95

Interval = tuple[float, float]


class Judged(Frozen):
    """One metric of one conversation, asked several times: a score (0..1) for each time that there was one.

    `why_not` says for each other time why there was none.
    """

    metric: str
    case: str
    scores: tuple[float, ...] = ()
    why_not: tuple[str, ...] = ()


class Overall(Frozen):
    """A metric over all conversations; each counts once, with the mean of its scores.

    `mean` is None where nothing could be scored, `interval` where there is but one value.
    """

    metric: str
    cases: int
    scored: int
    not_scored: int
    mean: float | None
    interval: Interval | None


def overall(judged: Iterable[Judged]) -> tuple[Overall, ...]:
    """A line for each metric, in the order in which they come."""
    grouped: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        grouped[each.metric].append(each)
    return tuple(_overall(metric, of) for metric, of in grouped.items())


def interval(values: Sequence[float]) -> Interval | None:
    """Student's t interval of the mean of independent values (Student, Biometrika 1908), within 0..1."""
    if len(values) < 2:
        return None
    from scipy.special import stdtrit  # type: ignore[import-untyped]

    mean, error = fmean(values), stdev(values) / len(values) ** 0.5
    reach = float(stdtrit(len(values) - 1, (1 + LEVEL) / 2)) * error
    return max(0.0, mean - reach), min(1.0, mean + reach)


def _overall(metric: str, judged: Sequence[Judged]) -> Overall:
    means = [fmean(each.scores) for each in judged if each.scores]
    # One conversation alone has but its repeats to tell how far the judge can be relied on.
    values = judged[0].scores if len(judged) == 1 else means
    return Overall(
        metric=metric,
        cases=len(means),
        scored=sum(len(each.scores) for each in judged),
        not_scored=sum(len(each.why_not) for each in judged),
        mean=fmean(means) if means else None,
        interval=interval(values),
    )
