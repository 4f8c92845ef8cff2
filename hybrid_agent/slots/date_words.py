"""The patterns of dates, compiled once from the word lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hybrid_agent.slots.numbers import number_part
from hybrid_agent.slots.words import any_of, table

Pattern = re.Pattern[str]
_SUFFIX = r"(?:st|nd|rd|th|er|ste|de|e|º|\.)"


@dataclass(frozen=True, slots=True)
class DateWords:
    """What each word means, and one pattern for each way of writing a date."""

    months: dict[str, int]
    weekdays: dict[str, int]
    days: dict[str, int]
    only: dict[str, str]
    units: dict[str, str]
    triggers: frozenset[str]
    iso: Pattern
    numeric: Pattern
    day_month: Pattern
    month_day: Pattern
    near: Pattern
    counted: Pattern
    weekday: Pattern
    bare_day: Pattern


@lru_cache(maxsize=1)
def date_words() -> DateWords:
    """The words and patterns of `dates.toml`."""
    facts = table("dates")
    months = {word: i for i, words in enumerate(facts["months"], 1) for word in words}
    weekdays = {word: i for i, words in enumerate(facts["weekdays"]) for word in words}
    short = {word: i for i, words in enumerate(facts["short_weekdays"]) for word in words}
    units = {word: unit for unit, words in facts["units"].items() for word in words}
    days: dict[str, int] = facts["days"]
    single = {word for phrase in days for word in re.split(r"[\s'-]", phrase)} - {
        "the",
        "day",
        "before",
        "after",
    }
    return DateWords(
        months=months,
        weekdays=weekdays | short,
        days=days,
        only=facts["only"],
        units=units,
        triggers=frozenset({*weekdays, *units, *single, *short}),
        **_dated(facts, months, weekdays | short),
        near=_compile(rf"(?<![\w-]){any_of(days)}(?![\w-])"),
        counted=_compile(_counted(facts, units)),
        weekday=_compile(_weekday(facts, weekdays, short)),
    )


def _dated(facts: dict[str, Any], months: dict[str, int], weekdays: dict[str, int]) -> dict[str, Pattern]:
    month = rf"(?P<month>{any_of(months)})(?!\w)\.?"
    named = rf"(?:(?<!\w)(?P<weekday>{any_of(weekdays)})\.?,?\s{{1,2}})?"
    year = r"(?:,?\s(?:of\s|de\s|del\s)?(?P<year>(?:19|20)\d\d)(?!\d))?"
    on = any_of(facts["on"])
    return {
        "iso": _compile(
            r"(?<![\w-])(?P<year>(?:19|20)\d\d)(?P<m>[-/.])(?P<month>\d\d?)(?P=m)(?P<day>\d\d?)(?![\d-])"
        ),
        "numeric": _compile(
            rf"(?P<lead>(?<!\w){on}\s)?(?<![\w$€£.,/:-])(?P<first>\d\d?)(?P<mark>[./-])(?P<second>\d\d?)"
            r"(?:(?P=mark)(?P<year>(?:19|20)?\d\d)|(?P<dot>\.))?(?![\w/:%€$£]|[.,-]\d|\s?[%€$£])"
        ),
        "day_month": _compile(
            rf"{named}(?<![\w.,/$€£])(?:(?:the|den|le|el|der)\s)?(?P<day>\d\d?){_SUFFIX}?\s{{0,2}}"
            rf"(?:{any_of(facts['of_month'])}\s?)?-?{month}{year}"
        ),
        "month_day": _compile(
            rf"{named}(?<!\w){month}\s{{1,2}}(?:the\s)?(?P<day>\d\d?){_SUFFIX}?(?![\d:]|\s?[ap]m\b){year}"
        ),
        "bare_day": _compile(
            rf"(?P<lead>(?<!\w)(?:the|{on}(?:\s(?:the|den|le|el))?)\s)?(?<![\w.,/:$€£#-])(?P<day>\d\d?)"
            r"(?P<suffix>st|nd|rd|th|\.(?=\s*$))?(?![\w/:%€$£]|[.,-]\d|\s?(?:[ap]\.?m\b|uhr\b|h\b|o'clock))"
        ),
    }


def _counted(facts: dict[str, Any], units: dict[str, str]) -> str:
    return (
        rf"(?<!\w)(?:(?P<ahead>{any_of(facts['in'])})\s|(?P<before>{any_of(facts['before_ago'])})\s)?"
        rf"(?P<count>{number_part()})\s(?P<unit>{any_of(units)})(?!\w)"
        rf"(?:\s(?P<ago>{any_of(facts['after_ago'])})(?!\w)|\s(?P<later>{any_of(facts['from_now'])})(?!\w))?"
        r"(?(ahead)|(?(before)|(?(ago)|(?(later)|(?!)))))"
    )


def _weekday(facts: dict[str, Any], weekdays: dict[str, int], short: dict[str, int]) -> str:
    turn = [any_of(facts[word]) for word in ("next", "this", "last")]
    week = any_of(facts["next_week"])
    return (
        rf"(?<!\w)(?:(?P<next>{turn[0]})\s|(?P<this>{turn[1]})\s|(?P<last>{turn[2]})\s|"
        rf"(?P<week>{week})\s(?:on\s|am\s)?|(?P<on>on)\s)?"
        rf"(?:(?P<weekday>{any_of(weekdays)})|(?P<short>{any_of(short)})\.?)(?!\w)"
        rf"(?:\s(?P<after>{week}|prochain|próximo|que\sviene)(?!\w))?"
    )


def _compile(pattern: str) -> Pattern:
    return re.compile(pattern, re.IGNORECASE)
