"""Tables of a report, which every format shows: the run's own counts, and what other parts add."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hybrid_agent_evals.reports.figures import Count, figures
from hybrid_agent_evals.suite.results import Result

COLUMNS = ("played", "passed", "failed", "not scored", "rate", "95 % interval")


@dataclass(frozen=True, slots=True)
class Section:
    """A table of plain texts whose first column names the row; `note` is said under it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def counted(results: Sequence[Result]) -> tuple[Section, ...]:
    """The counts by path, by intent, by tag where there are any, and by check."""
    counts = figures(results)
    parts = (("By path", "path", counts.ways), ("By intent", "intent", counts.intents))
    return (
        *(_section(title, name, [*listed, counts.total]) for title, name, listed in parts),
        *([_section("By tag", "tag", counts.tags)] if counts.tags else []),
        _section("By check", "check", counts.checks),
    )


def in_short(results: Sequence[Result]) -> tuple[Section, ...]:
    """The counts by path and by intent, and of tags and checks those in which something is amiss."""
    counts = figures(results)
    amiss = (("By tag", "tag", counts.tags), ("By check", "check", counts.checks))
    return (
        _section("By path", "path", [*counts.ways, counts.total]),
        *([_section("By intent", "intent", counts.intents)] if counts.intents else []),
        *(_amiss(title, name, listed) for title, name, listed in amiss if any(map(_is_amiss, listed))),
    )


def percent(share: float | None) -> str:
    """A share as people read it."""
    return "-" if share is None else f"{100 * share:.1f} %"


def between(interval: tuple[float, float] | None) -> str:
    """An interval of shares as people read it."""
    return "-" if interval is None else f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f} %"


def _section(title: str, name: str, counts: Sequence[Count]) -> Section:
    return Section(title, (name, *COLUMNS), tuple(_rows(counts)))


def _amiss(title: str, name: str, counts: Sequence[Count]) -> Section:
    found = [each for each in counts if _is_amiss(each)]
    others = len(counts) - len(found)
    note = f"and {others} more that passed every time" if others else ""
    return replace(_section(title, name, found), note=note)


def _is_amiss(count: Count) -> bool:
    return bool(count.failed or count.not_scored)


def _rows(counts: Sequence[Count]) -> Iterator[tuple[str, ...]]:
    for each in counts:
        numbers = (each.scored + each.not_scored, each.passed, each.failed, each.not_scored)
        yield (each.name, *map(str, numbers), percent(each.rate), between(each.interval))
