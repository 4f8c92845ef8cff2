"""What the fates of mutants say of a suite."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hybrid_agent_evals.mutating.tried import Fate, Mutated, Tried
from hybrid_agent_evals.suite.statistics import wilson


@dataclass(frozen=True, slots=True)
class Score:
    """Of so many mutants that count, those that a case noticed and those that `check` refused."""

    mutants: int
    by_cases: int
    by_check: int

    @property
    def noticed(self) -> int:
        """By either."""
        return self.by_cases + self.by_check

    @property
    def rate(self) -> float:
        """The share that is noticed; 1 of nothing."""
        return self.noticed / self.mutants if self.mutants else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % score interval of the rate."""
        return wilson(self.noticed, self.mutants)

    @property
    def of_cases(self) -> float:
        """The share that cases notice of what `check` lets pass; 1 of nothing."""
        played = self.mutants - self.by_check
        return self.by_cases / played if played else 1.0


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of mutants; `checks` are those that noticed most, with how often."""

    kind: str
    score: Score
    equivalent: int
    checks: tuple[tuple[str, int], ...]


def score(tried: Sequence[Tried]) -> Score:
    """The score over those that count."""
    counted = [each for each in tried if each.counts]
    fates = Counter(each.fate for each in counted)
    return Score(len(counted), fates[Fate.NOTICED], fates[Fate.REFUSED])


def by_kind(mutated: Mutated) -> list[KindRow]:
    """A row for each kind that weakens, in the order of their names."""
    kinds = sorted({each.kind for each in mutated.tried if each.weakens})
    return [
        _row(kind, [each for each in mutated.tried if each.weakens and each.kind == kind]) for kind in kinds
    ]


def _row(kind: str, tried: Sequence[Tried]) -> KindRow:
    checks = Counter(check for each in tried for check in each.checks)
    often = sorted(checks.items(), key=lambda each: (-each[1], each[0]))
    equivalent = sum(each.fate is Fate.EQUIVALENT for each in tried)
    return KindRow(kind, score(tried), equivalent, tuple(often))


def of_fate(mutated: Mutated, fate: Fate) -> list[Tried]:
    """The weakening mutants that ended so."""
    return [each for each in mutated.tried if each.weakens and each.fate is fate]


def controls(mutated: Mutated) -> list[Tried]:
    """The changes that weaken nothing."""
    return [each for each in mutated.tried if not each.weakens and each.fate is not Fate.LOST]


def false_alarms(mutated: Mutated) -> list[Tried]:
    """The controls that a case or `check` took for a fault."""
    return [each for each in controls(mutated) if each.noticed]
