"""What repeats say of reliability, and what language models took."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hybrid_agent_evals.suite.results import Result, SuiteRun
from hybrid_agent_evals.suite.statistics import Runs, Spread, pass_at, pass_power, spread


@dataclass(frozen=True, slots=True)
class Reliability:
    """The chances that all of k runs of a case pass, and that one of them does; `cases` had k scored runs."""

    k: int
    cases: int
    power: float
    at: float


@dataclass(frozen=True, slots=True)
class Spending:
    """What models took: tokens and cost a conversation (cost as far as prices are known), seconds a turn."""

    calls: int
    tokens_in: Spread | None
    tokens_out: Spread | None
    cost: Spread | None
    seconds: Spread | None


def runs_of(results: Sequence[Result]) -> dict[str, Runs]:
    """The runs of each case by its id."""
    passed = Counter(each.id for each in results if each.passed)
    scored = Counter(each.id for each in results if each.scored)
    return {name: Runs(passed[name], scored[name]) for name in dict.fromkeys(each.id for each in results)}


def reliability(run: SuiteRun) -> tuple[Reliability, ...]:
    """For each k up to the number of repeats; what was never scored k times has no k."""
    cases = list(runs_of(run.results).values())
    found = ((k, pass_power(cases, k), pass_at(cases, k)) for k in range(1, run.repeats + 1))
    return tuple(
        Reliability(k, sum(each.scored >= k for each in cases), power, at)
        for k, power, at in found
        if power is not None and at is not None
    )


def spending(run: SuiteRun) -> Spending | None:
    """What models took; None where none was asked."""
    if not run.subject.model:
        return None
    spent = [[turn.usage for turn in each.played.turns] for each in run.results]
    costs = [[usage.cost for usage in turns if usage.cost is not None] for turns in spent]
    return Spending(
        calls=sum(usage.calls for turns in spent for usage in turns),
        tokens_in=spread([sum(usage.tokens_in for usage in turns) for turns in spent]),
        tokens_out=spread([sum(usage.tokens_out for usage in turns) for turns in spent]),
        cost=spread([sum(each) for each in costs if each]),
        seconds=spread([second for each in run.results for second in _heard(each)]),
    )


def _heard(result: Result) -> list[float]:
    """The seconds of the turns in which the graph ran."""
    played = result.played
    pairs = zip(played.turns, played.seconds, strict=False)
    return [seconds for turn, seconds in pairs if turn.status is not None]
