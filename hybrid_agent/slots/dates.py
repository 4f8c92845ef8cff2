"""Calendar dates in a customer's words, seen from the customer's own today."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from hybrid_agent.slots.date_words import DateWords, date_words
from hybrid_agent.slots.model import Hints, Hit
from hybrid_agent.slots.numbers import number_of, words_of
from hybrid_agent.slots.words import table

_YEARS = range(1900, 2101)


class Day(NamedTuple):
    """A date read from a message, and whether it can only be read so."""

    day: date
    certain: bool = True


def find(text: str, hints: Hints) -> Iterator[Hit]:
    """Dates as ISO 8601. "Next week" and other spans of time are no date and are not found."""
    words = date_words()
    if not any(char.isdigit() for char in text) and words.triggers.isdisjoint(words_of(text)):
        return
    taken: list[tuple[int, int]] = []
    for pattern, read in _READERS:
        for match in getattr(words, pattern).finditer(text):
            if any(match.start() < end and match.end() > start for start, end in taken):
                continue
            day = read(match, hints, words)
            if day is not None:
                taken.append(match.span())
                yield Hit(day.day.isoformat(), match.start(), match.end(), day.certain)


def canonical(value: object, hints: Hints) -> str | None:
    """An ISO 8601 date between 1900 and 2100, or None."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None
    return day.isoformat() if day and day.year in _YEARS else None


def _iso(match: re.Match[str], hints: Hints, words: DateWords) -> Day | None:
    return _day(int(match["year"]), int(match["month"]), int(match["day"]))


def _numeric(match: re.Match[str], hints: Hints, words: DateWords) -> Day | None:
    first, second, mark = int(match["first"]), int(match["second"]), match["mark"]
    year = _year(match["year"])
    if year is None and not (hints.asked or match["lead"] or (mark == "." and match["dot"])):
        return None
    month_first = mark != "." and table("countries").get(hints.country, {}).get("order") == "mdy"
    pairs = [(first, second), (second, first)] if month_first else [(second, first), (first, second)]
    readings = [found for month, day in pairs if (found := _with_year(year, month, day, hints))]
    if mark == "." or first == second:
        readings = readings[:1] if _valid(pairs[0]) else []
    return readings[0]._replace(certain=len(readings) == 1) if readings else None


def _named(match: re.Match[str], hints: Hints, words: DateWords) -> Day | None:
    month = words.months[match["month"].lower()]
    found = _with_year(_year(match["year"]), month, int(match["day"]), hints)
    weekday = words.weekdays.get((match["weekday"] or "").lower())
    return found and found._replace(certain=weekday is None or weekday == found.day.weekday())


def _near(match: re.Match[str], hints: Hints, words: DateWords) -> Day | None:
    word = " ".join(match[0].lower().split())
    if words.only.get(word, hints.locale[:2]) != hints.locale[:2]:
        return None
    return _from_today(words.days[word], hints)


def _weekday(match: re.Match[str], hints: Hints, words: DateWords) -> Day | None:
    today = hints.now.date()
    name = (match["weekday"] or match["short"]).lower()
    if match["short"] and not (
        hints.asked or any(match[turn] for turn in ("next", "this", "last", "week", "on"))
    ):
        return None
    ahead = (words.weekdays[name] - today.weekday()) % 7
    named_week = bool(match["week"] or " " in (match["after"] or ""))
    in_this_week = words.weekdays[name] > today.weekday()
    if match["next"] or match["week"] or match["after"]:
        return Day(_week_of(today, words.weekdays[name], 1), named_week or not in_this_week)
    if match["last"] or (hints.prefer == "past" and not match["this"]):
        return Day(today - timedelta(days=(7 - ahead) % 7 or 7), ahead != 0)
    if match["this"] and ahead == 0:
        return Day(today)
    return Day(today + timedelta(days=ahead or 7), ahead != 0)


def _counted(match: re.Match[str], hints: Hints, words: DateWords) -> Day | None:
    count = number_of(match["count"])
    if match["ago"] or match["before"]:
        count = -count
    unit = words.units[match["unit"].lower()]
    if unit in ("day", "week", "fortnight"):
        return _from_today(count * {"day": 1, "week": 7, "fortnight": 14}[unit], hints)
    today = hints.now.date()
    months = today.year * 12 + today.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    if year not in _YEARS:
        return None
    return _day(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def _bare_day(match: re.Match[str], hints: Hints, words: DateWords) -> Day | None:
    """ "The 3rd": the nearest such day in the preferred direction."""
    if not (hints.asked or (match["suffix"] and match["lead"])):
        return None
    today, day = hints.now.date(), int(match["day"])
    step = 1 if hints.prefer == "future" else -1
    for offset in range(13):
        year, month = divmod(today.year * 12 + today.month - 1 + step * offset, 12)
        found = _day(year, month + 1, day)
        if found and (found.day - today).days * step >= 0:
            return found._replace(certain=hints.asked and bool(match["suffix"]))
    return None


_READERS = (
    ("iso", _iso),
    ("day_month", _named),
    ("month_day", _named),
    ("numeric", _numeric),
    ("near", _near),
    ("counted", _counted),
    ("weekday", _weekday),
    ("bare_day", _bare_day),
)


def _day(year: int, month: int, day: int) -> Day | None:
    try:
        return Day(date(year, month, day)) if year in _YEARS else None
    except ValueError:
        return None


def _valid(month_and_day: tuple[int, int]) -> bool:
    return _day(2024, *month_and_day) is not None


def _year(written: str | None) -> int | None:
    if not written:
        return None
    return int(written) + (2000 if len(written) == 2 else 0)


def _with_year(year: int | None, month: int, day: int, hints: Hints) -> Day | None:
    """The date; without a year the nearest one in the preferred direction."""
    if year is not None:
        return _day(year, month, day)
    today = hints.now.date()
    ahead = range(today.year, today.year + 9)
    for candidate in ahead if hints.prefer == "future" else range(today.year, today.year - 9, -1):
        found = _day(candidate, month, day)
        if found and (found.day >= today if hints.prefer == "future" else found.day <= today):
            return found
    return None


def _from_today(days: int, hints: Hints) -> Day:
    return Day(hints.now.date() + timedelta(days=days))


def _week_of(today: date, weekday: int, weeks: int) -> date:
    return today - timedelta(days=today.weekday()) + timedelta(days=weekday, weeks=weeks)
