"""A date together with a time, in the customer's own time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice

from hybrid_agent.slots import dates, times
from hybrid_agent.slots.model import Hints, Hit
from hybrid_agent.slots.numbers import number_of, number_part
from hybrid_agent.slots.words import any_of, table

_ISO = re.compile(
    r"(?<![\w-])\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?(?![\w:])",
    re.IGNORECASE,
)
_GAP = 30
_MOST = 20


def find(text: str, hints: Hints) -> Iterator[Hit]:
    """Points in time as ISO 8601 with offset: a date and a time that stand together, or "in 2 hours"."""
    if not any(char.isdigit() for char in text) and not next(dates.find(text, hints), None):
        return
    whole = [Hit(value, *m.span()) for m in _ISO.finditer(text) if (value := _iso(m[0], hints))]
    yield from whole
    yield from _counted(text, hints)
    if whole:
        return
    clock = list(islice(times.find(text, hints), _MOST))
    for day in islice(dates.find(text, hints), _MOST) if clock else ():
        near = [(gap, at) for at in clock if (gap := _gap(text, day, at)) is not None]
        if near:
            at = min(near, key=lambda pair: pair[0])[1]
            value = _together(str(day.value), str(at.value), hints)
            yield Hit(value, min(day.start, at.start), max(day.end, at.end), day.certain and at.certain)


def canonical(value: object, hints: Hints) -> str | None:
    """An ISO 8601 point in time with offset to the minute; without an offset it is in the customer's zone."""
    return _iso(value, hints) if isinstance(value, str) and _ISO.fullmatch(value) else None


def _iso(written: str, hints: Hints) -> str | None:
    try:
        found = datetime.fromisoformat(written.upper())
        local = found.replace(tzinfo=hints.now.tzinfo) if found.tzinfo is None else found
        return local.astimezone(hints.now.tzinfo).isoformat(timespec="minutes")
    except (ValueError, OverflowError):
        return None


def _counted(text: str, hints: Hints) -> Iterator[Hit]:
    for match in _pattern().finditer(text):
        count = number_of(match["count"])
        span = timedelta(hours=count) if match["hours"] else timedelta(minutes=count)
        yield Hit((hints.now + span).isoformat(timespec="minutes"), *match.span())


def _gap(text: str, day: Hit, at: Hit) -> int | None:
    """Characters between a date and a time that belong together, or None."""
    if day.start < at.end and at.start < day.end:
        return None
    between = text[day.end : at.start] if at.start >= day.end else text[at.end : day.start]
    return len(between) if len(between) <= _GAP and _joins().fullmatch(between) else None


def _together(day: str, at: str, hints: Hints) -> str:
    moment = datetime.combine(date.fromisoformat(day), time.fromisoformat(at), tzinfo=hints.now.tzinfo)
    return moment.isoformat(timespec="minutes")


@lru_cache(maxsize=1)
def _joins() -> re.Pattern[str]:
    facts = table("times")
    words = any_of(
        [
            *facts["joins"],
            *facts["day_parts_am"],
            *facts["day_parts_pm"],
            "week",
            "next week",
            "nächste woche",
        ]
    )
    return re.compile(rf"(?:[\s,@.()-]|{words}(?!\w)){{0,12}}", re.IGNORECASE)


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    facts = table("times")
    return re.compile(
        rf"(?<!\w)(?:{any_of(table('dates')['in'])})\s(?P<count>{number_part()})\s"
        rf"(?:(?P<hours>{any_of(facts['hours'])})|(?P<minutes>{any_of(facts['minutes'])}))(?!\w)",
        re.IGNORECASE,
    )
