"""Articles that are old, that are over, or that hold only later."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from hybrid_agent.knowledge.checking.findings import Finding, Kind, Level
from hybrid_agent.knowledge.passages import Passage


def outdated(passages: Iterable[Passage], on: date, stale_after: timedelta) -> Iterator[Finding]:
    """A warning for what is over or was not looked at for that long, a note for what begins later.

    An article is told of once. What says of itself that it is always so needs no date: without `updated` an
    article is not stale.
    """
    told = set()
    for passage in passages:
        if passage.source not in told and (finding := _finding(passage, on, stale_after)):
            told.add(passage.source)
            yield finding


def _finding(passage: Passage, on: date, stale_after: timedelta) -> Finding | None:
    if passage.valid_until and passage.valid_until < on:
        return _about(
            passage, "warning", f"ended on {passage.valid_until} and is never said. Delete or renew it."
        )
    if passage.valid_from and on < passage.valid_from:
        return _about(passage, "note", f"begins on {passage.valid_from}; until then it is never said.")
    if passage.updated and on - passage.updated > stale_after:
        days = (on - passage.updated).days
        problem = f"was last looked at on {passage.updated}, {days} days ago."
        return _about(passage, "warning", f"{problem} See that it still holds, then set `updated`.")
    return None


def _about(passage: Passage, level: Level, message: str) -> Finding:
    return Finding(kind=Kind.OUTDATED, level=level, where=passage.source, message=message)
