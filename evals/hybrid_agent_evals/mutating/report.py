"""What a run says, for people (Markdown, which reads well in a terminal, too) and for programs (JSON)."""

import json
from collections.abc import Callable, Iterator, Sequence

from hybrid_agent_evals.mutating.scoring import (
    KindRow,
    Score,
    by_kind,
    controls,
    false_alarms,
    of_fate,
    score,
)
from hybrid_agent_evals.mutating.tried import Fate, Mutated, Tried

CHECKS_SHOWN = 3


def as_json(mutated: Mutated) -> str:
    """All of it; the same run gives the same bytes."""
    return json.dumps(mutated.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def as_markdown(mutated: Mutated) -> str:
    """The score, a table by kind, the survivors with what case would catch them, and the false alarms."""
    return "\n".join(_lines(mutated)) + "\n"


def _lines(mutated: Mutated) -> Iterator[str]:
    yield f"# Mutation of {mutated.deployment}"
    yield ""
    yield _headline(mutated)
    if mutated.broken:
        yield ""
        yield f"Left out, for they fail on the deployment as it is: {', '.join(mutated.broken)}."
    yield ""
    yield from _table(by_kind(mutated))
    yield from _listed("Not noticed", of_fate(mutated, Fate.SURVIVED), _survivor)
    yield from _listed("False alarms", false_alarms(mutated), _alarm)
    yield from _listed("Without an effect", of_fate(mutated, Fate.EQUIVALENT), _reasoned)
    yield from _listed("Could not be tried", of_fate(mutated, Fate.LOST), _reasoned)


def _headline(mutated: Mutated) -> str:
    total, alarms = score(mutated.tried), false_alarms(mutated)
    low, high = total.interval
    drawn = f", a sample of {mutated.sampled} (seed {mutated.seed})" if mutated.sampled is not None else ""
    return (
        f"{mutated.cases} cases notice {total.noticed} of {total.mutants} mutants{drawn}: "
        f"**{total.rate:.1%}** (95 % interval {low:.1%} to {high:.1%}). "
        f"`check` refuses {total.by_check} of them; of the rest cases notice {total.of_cases:.1%}. "
        f"False alarms: {len(alarms)} of {len(controls(mutated))} changes that weaken nothing."
    )


def _table(rows: Sequence[KindRow]) -> Iterator[str]:
    yield "| what is weakened | mutants | by cases | by `check` | not noticed | no effect | noticed by |"
    yield "|---|---:|---:|---:|---:|---:|---|"
    for row in rows:
        yield _cells(row.kind, row.score, row.equivalent, row.checks)


def _cells(kind: str, counted: Score, equivalent: int, checks: Sequence[tuple[str, int]]) -> str:
    most = ", ".join(f"{name} {count}" for name, count in checks[:CHECKS_SHOWN])
    survived = counted.mutants - counted.noticed
    return (
        f"| {kind} | {counted.mutants} | {counted.by_cases} | {counted.by_check} | {survived} "
        f"| {equivalent} | {most} |"
    )


def _listed(title: str, tried: Sequence[Tried], line: Callable[[Tried], str]) -> Iterator[str]:
    if tried:
        yield from ("", f"## {title} ({len(tried)})", "")
        yield from (line(each) for each in tried)


def _survivor(tried: Tried) -> str:
    counted = "1 case was" if tried.played == 1 else f"{tried.played} cases were"
    seen = f"{counted} played" if tried.played else "no case is about it"
    return f"- {_code(tried.id)}: {_plain(tried.says)}. Would catch it: {_plain(tried.catch)}. ({seen})"


def _alarm(tried: Tried) -> str:
    return (
        f"- {_code(tried.id)}: {_plain(tried.says)}. {', '.join(tried.cases) or 'check'}: {_plain(tried.why)}"
    )


def _reasoned(tried: Tried) -> str:
    return f"- {_code(tried.id)}: {_plain(tried.says)}. {_plain(tried.why)}"


def _code(text: str) -> str:
    return f"`{text.replace('`', '')}`"


def _plain(text: str) -> str:
    """A text that is no markup and no line of its own."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("@", "&#64;").rstrip(".")
