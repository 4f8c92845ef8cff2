"""What is counted of a run: how many conversations passed, in all, by path, by intent and by check."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hybrid_agent_evals.cases.models import Way
from hybrid_agent_evals.checks.outcome import Verdict
from hybrid_agent_evals.suite.results import Result
from hybrid_agent_evals.suite.statistics import wilson

WAYS: Mapping[Way, str] = {
    Way.BOT: "bot only",
    Way.APPROVED: "approved by a person",
    Way.HANDED_OFF: "handed off",
}
VERDICTS: Mapping[Verdict, str] = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "failed",
    Verdict.NOT_SCORED: "not scored",
}


@dataclass(frozen=True, slots=True)
class Count:
    """How many of something passed and failed; what could not be scored is in neither and in no rate."""

    name: str
    passed: int
    failed: int
    not_scored: int

    @property
    def scored(self) -> int:
        """What the rate is of."""
        return self.passed + self.failed

    @property
    def rate(self) -> float | None:
        """The share that passed, 0..1; None of nothing."""
        return self.passed / self.scored if self.scored else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the rate after Wilson; None of nothing."""
        return wilson(self.passed, self.scored) if self.scored else None


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of a run. A conversation counts once, however many checks it fails, and for each tag."""

    total: Count
    ways: tuple[Count, ...]
    intents: tuple[Count, ...]
    tags: tuple[Count, ...]
    checks: tuple[Count, ...]


def figures(results: Sequence[Result]) -> Figures:
    """The counts, paths and checks in their own order, intents by name."""
    verdicts = [(result, result.verdict) for result in results]
    by_check = [(each.check, each.verdict) for result in results for each in result.outcomes]
    return Figures(
        total=_count("all", (verdict for _, verdict in verdicts)),
        ways=_counts(
            (WAYS[way], verdict) for way in WAYS for result, verdict in verdicts if result.way is way
        ),
        intents=_sorted(_counts((result.about, verdict) for result, verdict in verdicts)),
        tags=_sorted(_counts((tag, verdict) for result, verdict in verdicts for tag in result.tags)),
        checks=_counts(by_check),
    )


def amiss(results: Iterable[Result]) -> list[Result]:
    """What a report shows in full: what failed, then what could not be scored."""
    found = [result for result in results if result.verdict is not Verdict.PASSED]
    return sorted(found, key=lambda result: result.verdict is Verdict.NOT_SCORED)


def _counts(pairs: Iterable[tuple[str, Verdict]]) -> tuple[Count, ...]:
    named: dict[str, Counter[Verdict]] = {}
    for name, verdict in pairs:
        named.setdefault(name, Counter())[verdict] += 1
    return tuple(_counted(name, counter) for name, counter in named.items())


def _sorted(counts: Iterable[Count]) -> tuple[Count, ...]:
    return tuple(sorted(counts, key=lambda each: each.name))


def _count(name: str, verdicts: Iterable[Verdict]) -> Count:
    return _counted(name, Counter(verdicts))


def _counted(name: str, counter: Mapping[Verdict, int]) -> Count:
    return Count(
        name,
        counter.get(Verdict.PASSED, 0),
        counter.get(Verdict.FAILED, 0),
        counter.get(Verdict.NOT_SCORED, 0),
    )
