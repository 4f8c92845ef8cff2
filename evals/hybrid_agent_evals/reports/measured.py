"""Tables of what was measured beside the counts: reliability over repeats, what models took, the baseline."""

from collections.abc import Iterator, Sequence

from hybrid_agent_evals.reports.sections import Section, percent
from hybrid_agent_evals.suite.baseline import Changed, Comparison
from hybrid_agent_evals.suite.measures import Spending, reliability, spending
from hybrid_agent_evals.suite.results import SuiteRun
from hybrid_agent_evals.suite.statistics import Runs, Spread


def measured(run: SuiteRun) -> Iterator[Section]:
    """The tables that this run has something for."""
    if run.repeats > 1:
        rows = tuple(
            (str(each.k), str(each.cases), percent(each.power), percent(each.at)) for each in reliability(run)
        )
        note = "pass^k: all of k runs of a case pass; pass@k: at least one does."
        yield Section("Reliability over repeats", ("k", "cases", "pass^k", "pass@k"), rows, note)
    spent = spending(run)
    if spent is not None:
        yield Section(
            "What the model took",
            ("", "mean", "p50", "p95"),
            tuple(_spending(spent)),
            f"{spent.calls} calls. Time is wall time on this machine.",
        )


def comparison(found: Comparison) -> Section:
    """What is otherwise than in the baseline, and what follows."""
    return Section(
        "Beside the baseline",
        ("case", "passed before", "passed now", ""),
        tuple(_change(each) for each in found.changed),
        "\n".join(_notes(found)),
    )


def verdict(found: Comparison) -> str:
    """Whether it is a regression, by which rule, in a sentence."""
    worse = sum(each.worse for each in found.changed)
    better = len(found.changed) - worse
    cases = "case" if found.compared == 1 else "cases"
    counts = f"{found.compared} {cases} compared, {worse} worse, {better} better"
    judged = "a regression" if found.regressed else "no regression"
    chance = "" if found.p is None else f" (p = {found.p:.4f})"
    return f"{counts}: {judged}{chance}; {found.rule}"


def _notes(found: Comparison) -> Iterator[str]:
    yield verdict(found) + "."
    listed = (
        ("Changed in what was evaluated", found.parts),
        ("Edited, so not compared", found.edited),
        ("Only here, so not compared", found.added),
        ("Only in the baseline", found.removed),
        ("Without a score in one of both", found.unscored),
        ("New or edited, and failing", found.failing),
    )
    for label, names in listed:
        if names:
            yield f"{label}: {', '.join(names)}."


def _change(changed: Changed) -> tuple[str, ...]:
    return changed.id, _of(changed.before), _of(changed.now), "worse" if changed.worse else "better"


def _of(runs: Runs) -> str:
    return f"{runs.passed} of {runs.scored}"


def _spending(spent: Spending) -> Iterator[tuple[str, ...]]:
    lines: Sequence[tuple[str, Spread | None, int]] = (
        ("tokens in, a conversation", spent.tokens_in, 0),
        ("tokens out, a conversation", spent.tokens_out, 0),
        ("cost, a conversation", spent.cost, 5),
        ("seconds, a turn", spent.seconds, 2),
    )
    for name, each, digits in lines:
        if each is None:
            yield name, "-", "-", "-"
        else:
            yield name, *(f"{value:.{digits}f}" for value in (each.mean, each.p50, each.p95))
