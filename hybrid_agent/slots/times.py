"""Times of day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from functools import lru_cache

from hybrid_agent.slots.model import Hints, Hit
from hybrid_agent.slots.numbers import number_of, number_words, words_of
from hybrid_agent.slots.words import any_of, table

_AFTERNOON_UNTIL = 7
"""An hour without am or pm up to this one is read as afternoon: what shops and agents are open for."""


@dataclass(frozen=True, slots=True)
class _TimeWords:
    named: dict[str, str]
    triggers: frozenset[str]
    by_name: re.Pattern[str]
    spoken: re.Pattern[str]
    clock: re.Pattern[str]
    am: re.Pattern[str]
    pm: re.Pattern[str]


def find(text: str, hints: Hints) -> Iterator[Hit]:
    """Times as "15:00". An hour that could be morning or afternoon is not certain."""
    words = _time_words()
    if not any(char.isdigit() for char in text) and words.triggers.isdisjoint(words_of(text)):
        return
    taken: list[tuple[int, int]] = []
    for pattern, read in ((words.by_name, _by_name), (words.spoken, _spoken), (words.clock, _clock)):
        for match in pattern.finditer(text):
            hit = read(match, text, hints)
            if hit and all(hit.end <= start or hit.start >= end for start, end in taken):
                taken.append((hit.start, hit.end))
                yield hit


def canonical(value: object, hints: Hints) -> str | None:
    """A time written HH:MM, seconds dropped, or None."""
    try:
        found = (
            time.fromisoformat(value) if isinstance(value, str) and re.match(r"\d\d:\d\d", value) else None
        )
    except ValueError:
        return None
    return f"{found:%H:%M}" if found and found.tzinfo is None else None


def _by_name(match: re.Match[str], text: str, hints: Hints) -> Hit | None:
    return Hit(_time_words().named[match[0].lower()], *match.span())


def _spoken(match: re.Match[str], text: str, hints: Hints) -> Hit | None:
    """ "Half past three", "quarter to four", "halb vier"."""
    hour = number_of(match["hour"])
    before = match["quarter_to"] or match["half_to"]
    minute = 30 if match["half_past"] or match["half_to"] else 45 if match["quarter_to"] else 15
    if not 1 <= hour <= 12:
        return None
    return _hit(hour - 1 if before else hour, minute, match, text, _half(match))


def _clock(match: re.Match[str], text: str, hints: Hints) -> Hit | None:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = _half(match)
    marked = half or match["clock"] or match["mark"] in (":", "h")
    if match["mark"] == "." and not (half or match["clock"] or match["at"]):
        return None
    if not (marked or match["at"] or hints.asked) or hour > 23 or minute > 59 or (half and hour > 12):
        return None
    if (
        not marked
        and match["at"]
        and match["at"].strip().lower() in ("by", "about", "from", "à")
        and not hints.asked
    ):
        return None
    if half is None and (hour == 0 or (len(match["hour"]) == 2 and match["hour"][0] == "0")):
        return Hit(f"{hour:02}:{minute:02}", match.start("hour"), match.end())
    return _hit(hour, minute, match, text, half)


def _half(match: re.Match[str]) -> str | None:
    return "am" if match["am"] else "pm" if match["pm"] else None


def _hit(hour: int, minute: int, match: re.Match[str], text: str, half: str | None) -> Hit:
    if hour > 12:
        return Hit(f"{hour:02}:{minute:02}", match.start("hour"), match.end())
    words = _time_words()
    around = text[max(0, match.start() - 30) : match.end() + 30]
    said = half or ("pm" if words.pm.search(around) else "am" if words.am.search(around) else None)
    guess = said or ("pm" if hour % 12 <= _AFTERNOON_UNTIL else "am")
    if hour == 12 and said is None:
        guess = "pm"
    certain = said is not None or 8 <= hour <= 11
    start = match.start("hour") if match.re is words.clock else match.start()
    return Hit(f"{hour % 12 + (12 if guess == 'pm' else 0):02}:{minute:02}", start, match.end(), certain)


@lru_cache(maxsize=1)
def _time_words() -> _TimeWords:
    facts = table("times")
    part = {name: any_of(words) for name, words in facts.items() if isinstance(words, list)}
    hour = rf"\s(?P<hour>\d{{1,2}}|{any_of(number_words())})(?![\w:])"
    half = rf"(?:\s?(?:(?P<am>{part['am']})|(?P<pm>{part['pm']}))(?!\w))?"
    spoken = "|".join(
        f"(?P<{name}>{part[name]})" for name in ("half_past", "half_to", "quarter_past", "quarter_to")
    )
    single = {word for name in ("half_past", "half_to", "quarter_past", "quarter_to") for word in facts[name]}
    clock = (
        rf"(?P<at>(?<!\w){part['at']}\s?)?(?<![\w$€£#.,:/+-])(?P<hour>\d\d?)"
        rf"(?:(?P<mark>[:.h])(?P<minute>\d\d)(?!\d)(?::\d\d)?)?"
        rf"(?:\s?(?:(?P<am>{part['am']})|(?P<pm>{part['pm']})|(?P<clock>{part['clock']}))(?!\w))?"
        r"(?![\w/:%€$£+-]|[.,]\d|\s?[%€$£]|\.\d|(?<=\d)(?:st|nd|rd|th))"
    )
    flags = re.IGNORECASE
    return _TimeWords(
        named=facts["named"],
        triggers=frozenset({*facts["named"], *(word.split()[0] for word in single), "quarter", "half"}),
        by_name=re.compile(rf"(?<!\w){any_of(facts['named'])}(?!\w)", flags),
        spoken=re.compile(rf"(?<!\w)(?:{spoken}){hour}{half}", flags),
        clock=re.compile(clock, flags),
        am=re.compile(rf"(?<!\w)(?:{any_of(facts['day_parts_am'])})", flags),
        pm=re.compile(rf"(?<!\w)(?:{any_of(facts['day_parts_pm'])})", flags),
    )
