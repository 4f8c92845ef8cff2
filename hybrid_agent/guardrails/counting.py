"""What is counted or timed in words: "fifty", "two weeks", "20 percent", "half", "next Monday", "noon"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hybrid_agent.guardrails.lexicon import tables


@dataclass(frozen=True, slots=True)
class _Counting:
    facts: dict[str, Any]
    any: re.Pattern[str]
    number: re.Pattern[str]
    hyphen: re.Pattern[str]
    duration: re.Pattern[str]
    rate: re.Pattern[str]
    percent: re.Pattern[str]
    time: re.Pattern[str]
    day: re.Pattern[str]
    part: re.Pattern[str]
    ordinal: re.Pattern[str]


def in_digits(text: str) -> str:
    """The text with number words as digits and named times as `12:00`; "one" and "a" only before a unit."""
    counting = _counting()
    if not counting.any.search(text) and not counting.hyphen.search(text):
        return text
    text = counting.hyphen.sub(" ", counting.number.sub(_digits, text))
    return counting.time.sub(lambda match: counting.facts["times"][match[0].lower()], text)


def counted(text: str) -> Iterator[tuple[str, str]]:
    """The kinds and values of what `in_digits` wrote out and what has no digits at all."""
    counting = _counting()
    for match in counting.rate.finditer(text):
        yield "rate", _rate(match, counting.facts)
    for match in counting.duration.finditer(counting.rate.sub(lambda match: match["before"] or "", text)):
        yield "duration", _duration(match, counting.facts)
    for match in counting.percent.finditer(text):
        yield "percent", match["number"].replace(",", ".").rstrip(".")
    if not counting.any.search(text):
        return
    for match in counting.day.finditer(text):
        yield "day", _day(match[0].lower(), counting.facts)
    for match in counting.part.finditer(text):
        yield "part", match[0].lower()
    for match in counting.ordinal.finditer(text):
        yield "ordinal", str(counting.facts["ordinals"][match[0].lower()])


def _rate(match: re.Match[str], facts: dict[str, Any]) -> str:
    said = (match["unit"] or match["each"] or match["adverb"]).lower()
    unit: str = facts["rates"].get(said) or facts["units"][said]
    return unit


def _day(said: str, facts: dict[str, Any]) -> str:
    """A day by one name: "Tuesdays" is Tuesday."""
    words = said.split()
    return " ".join(
        [*words[:-1], words[-1].removesuffix("s")] if words[-1][:-1] in facts["weekdays"] else words
    )


def _duration(match: re.Match[str], facts: dict[str, Any]) -> str:
    last = f"-{match['last']}" if match["last"] else ""
    working = "working " if match["working"] else ""
    return f"{match['first'] or '1'}{last} {working}{facts['units'][match['unit'].lower()]}"


def _digits(match: re.Match[str]) -> str:
    """The value of a run of number words by the usual rule: a scale multiplies what stands before it."""
    facts = _counting().facts
    if match["lone"]:
        return "1"
    total = group = 0
    for word in re.findall(r"[a-z]+", match["run"].lower()):
        if word in facts["numbers"]:
            new = facts["numbers"][word]
            group = group * new if word == "dozen" and group else group + new
        elif word in facts["scales"]:
            group = max(group, 1) * facts["scales"][word]
            total, group = (total + group, 0) if facts["scales"][word] >= 1000 else (total, group)
    return str(total + group)


@lru_cache(maxsize=1)
def _counting() -> _Counting:
    facts = tables()["counting"]
    flags = re.IGNORECASE
    units = _any(facts["units"])
    plain = _any(each for each in facts["numbers"] if each != "one")
    word = rf"(?:{_any(facts['numbers'])}|{_any(facts['scales'])})"
    several = rf"(?:(?:a\s)?(?:{plain}|{_any(facts['scales'])})|one[\s-]{_any(facts['scales'])})"
    run = rf"(?P<run>{several}(?:(?:\s|-|\sand\s){word})*)"
    counts = _any([*facts["working"], *facts["calendar"]])
    units_of = f"{units}|{_any(facts['money'])}|{_any(facts['percent'])}"
    before = rf"(?=[\s-](?:{counts}[\s-])?(?:{units_of}|am|pm|a\.m|p\.m)\b)"
    ordinals = _any(facts["ordinals"])
    weekdays = rf"(?:{_any(facts['which'])}\s)?{_any(facts['weekdays'])}"
    named = [*facts["numbers"], *facts["scales"], *facts["times"], *facts["parts"], *facts["ordinals"]]
    days = [each.split()[-1] for each in facts["days"]]
    return _Counting(
        facts=facts,
        any=re.compile(rf"\b(?:{_any([*named, *days, *facts['weekdays']])})s?\b|\ba\s{units}", flags),
        number=re.compile(rf"(?<![\w-])(?:{run}|(?P<lone>one){before})(?!\w)", flags),
        hyphen=re.compile(rf"(?<=\d)-(?=(?:{counts}-)?(?:{units})\b)", flags),
        rate=re.compile(
            rf"(?P<before>(?<![\d.,])\d[\d.,]{{0,15}}\s?[€$£]?(?:\s?[a-z]{{1,12}})?|\b(?:times|once|twice))\san?\s(?P<unit>{units})\b"
            rf"|\b{_any(facts['per'])}\s(?P<each>{units})\b|\b(?P<adverb>{_any(facts['rates'])})\b",
            flags,
        ),
        duration=re.compile(
            rf"(?<![\w.,-])(?:(?P<first>\d+(?:[.,]\d+)?)(?:\s?{_any(facts['to'])}\s?(?P<last>\d+(?:[.,]\d+)?))?[\s-]?"
            rf"|an?\s(?!second\b))(?:(?P<working>{_any(facts['working'])})[\s-]|{_any(facts['calendar'])}\s)?(?P<unit>{units})\b",
            flags,
        ),
        percent=re.compile(
            rf"(?<![\d.,])(?P<number>\d{{1,15}}(?:[.,]\d{{1,15}})?)[\s-]?{_any(facts['percent'])}(?!\w)",
            flags,
        ),
        time=re.compile(rf"\b{_any(facts['times'])}\b", flags),
        day=re.compile(rf"\b(?:{_any(facts['days'])}|{weekdays})s?\b", flags),
        part=re.compile(rf"\b{_any(facts['parts'])}\b", flags),
        ordinal=re.compile(rf"\b{ordinals}\b", flags),
    )


def _any(words: Any) -> str:
    ordered = sorted(set(words), key=lambda each: (-len(each), each))
    return "(?:" + "|".join(re.escape(each) for each in ordered) + ")"
