"""Where a text may name a street, for masking: any country's, also without a city."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from hybrid_agent.slots.address_words import address_words
from hybrid_agent.slots.words import any_of, table

_CAPITAL = r"[A-Z\u00c0-\u00de\u0100-\u017e\u0391-\u03a9\u0386-\u038f\u0410-\u042f]"
_WORD = rf"{_CAPITAL}[^\W\d_]*(?:['\u2019.-][^\W\d_]+)*\.?"
_NUMBER = r"\d{1,5}(?:\s?[a-zA-Z](?!\w))?(?:[-/]\d{1,4}[a-zA-Z]?)?"
_BEFORE, _AFTER = r"(?<![\w#$€£.,/+=-])", r"(?![\w%€$£=]|[.,:]\d)"
_NAMED = re.compile(
    r"(?:#|\b(?:order|number|no\.?|nr\.?|invoice|ticket|item|error|code|ref)\s?#?:?\s?)$", re.IGNORECASE
)
"""What stands before the number of something else."""
_CUE = (
    r"(?<!\w)(?i:address(?:es)?(?:\sis|\sto|\s?:|\sof\s\w{1,30}\sis)|it(?:'s|\sis)\s(?:at|in|on)|"
    r"li(?:ves?|ving)\s(?:at|on|in)|(?:located|station\sis|offices?\s(?:is|are))\s(?:at|on|in)|moved\sto|"
    r"meet(?:ing)?(?:\sme|\sus)?\sat|off\s(?:at|on)|arrived\s(?:at|on)|refers\sto|"
    r"(?:se(?:nd|nt)|deliver(?:ed)?|ship(?:ped)?|return)(?:\sit|\sthis|\sthem)?\sto)[\s,:]{1,8}"
)
"""What an address follows."""


class _Patterns(NamedTuple):
    """Patterns of a street itself, and of what may follow it."""

    streets: tuple[re.Pattern[str], ...]
    box: re.Pattern[str]
    rest: re.Pattern[str]


def find_streets(text: str) -> Iterator[tuple[int, int]]:
    """Streets with their numbers, post boxes, and the units, cities and postcodes that follow them."""
    if not any(char.isdigit() for char in text):
        return
    patterns = _patterns()
    for match in patterns.box.finditer(text):
        yield match.start(), _end(text, match.end(), patterns)
    for pattern in patterns.streets:
        for match in pattern.finditer(text):
            if not _says_otherwise(match["name"]) and not _NAMED.search(
                text, max(0, match.start() - 12), match.start()
            ):
                start = match.start("address") if "address" in pattern.groupindex else match.start()
                yield start, _end(text, match.end(), patterns)


def _says_otherwise(name: str) -> bool:
    words = [word.rstrip(".") for word in name.lower().split()]
    never = _never()
    return not never.isdisjoint((words[0], words[-1])) or not _months().isdisjoint(words)


def _end(text: str, end: int, patterns: _Patterns) -> int:
    rest = patterns.rest.match(text, end)
    return rest.end() if rest else end


@lru_cache(maxsize=1)
def _never() -> frozenset[str]:
    """Words that stand before a number as streets do, and are none."""
    return frozenset(table("streets")["beyond"]["never"])


@lru_cache(maxsize=1)
def _months() -> frozenset[str]:
    return frozenset(table("streets")["beyond"]["months"])


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    facts = table("streets")
    box = rf"(?i:{any_of(facts['boxes'])})\s?\d{{1,8}}"
    unit = r"(?:psc|cmr|unit)\s\d{1,5},?\s(?:box|apt\.?)\s\d{1,5}|us(?:s|ns|nv|cgc)\s[^\W\d_]+"
    field = rf"(?i:(?:{unit})[,\s]{{1,3}}(?:apo|fpo|dpo)\s(?:aa|ae|ap)\s\d{{5}})"
    return _Patterns(
        streets=(*_by_words(), *_by_numbers()),
        box=re.compile(rf"(?<!\w)(?:{box}|{field})(?!\w)"),
        rest=_rest(),
    )


def _by_words() -> Iterator[re.Pattern[str]]:
    """Streets that are called so: "11 Botley Road", "Rue Dielhère 130", "Magasinsgatan 7"."""
    words, beyond = address_words(), table("streets")["beyond"]
    foreign = [word for word, country in words.street_words.items() if country != "any"]
    clear = _any(*beyond["plain"], *beyond["foreign"], *foreign, *words.leading)
    word = _any(*words.street_words, *words.leading, *beyond["words"], *beyond["foreign"])
    ended = rf"{_CAPITAL}[^\W\d_]{{2,30}}(?i:{any_of(beyond['endings'])})(?!\w)\.?"
    particle, house = _particle(), rf"{_BEFORE}(?:\d{{1,6}}\s{{1,2}})?{_NUMBER}\s{{1,2}}"
    number = rf"\s{{1,2}}{_NUMBER}{_AFTER}"
    plain = rf"[a-z]{{4,20}}\s{_any('street', 'avenue', 'road', 'boulevard', 'lane', 'drive')}"
    lower = rf"{_any(*foreign)}\s(?:{particle}\s){{0,3}}[^\W\d_]{{3,20}}"
    yield re.compile(rf"{house}(?P<name>(?:{_WORD}\s|{particle}\s){{1,4}}{word}|{_WORD}\s{word})(?!\w)")
    yield re.compile(rf"{house}(?P<name>{clear}\s(?:(?:{_WORD}|{particle})\s){{0,4}}{_WORD})")
    yield re.compile(rf"{house}(?P<name>{plain}|{lower})(?!\w)", re.IGNORECASE)
    yield re.compile(rf"(?:{house})?(?P<name>{clear}\s(?:(?:{_WORD}|{particle})\s){{0,4}}{_WORD}){number}")
    yield re.compile(rf"(?:{house})?(?P<name>{_WORD}(?:\s[^\W\d_]{{3,20}}){{0,2}}\s{clear}){number}")
    yield re.compile(rf"(?:{house})?(?P<name>(?:{_WORD}\s){{0,2}}{ended}){number}")


def _by_numbers() -> Iterator[re.Pattern[str]]:
    """Streets by the numbers around them ("6639 Canónigo Valiño 70"), or by what they follow."""
    some = rf"{_WORD}(?:\s(?:{_WORD}|{_particle()})){{0,4}}"
    corner = rf"(?:{_NUMBER}\s)?{some}(?:\s{_NUMBER})?"
    corners = rf"{corner}(?:\s(?i:st|street)\.?)?\s(?:and|&)\s{corner}"
    yield re.compile(rf"{_BEFORE}\d{{3,6}}\s(?P<name>{some})\s{_NUMBER}{_AFTER}")
    yield re.compile(rf"{_CUE}(?P<address>(?P<name>{some})\s{_NUMBER}{_AFTER})")
    yield re.compile(rf"(?i:corner\sof)\s(?P<address>(?P<name>{corners}))")


def _rest() -> re.Pattern[str]:
    """Units, then lines or parts that look like cities up to a postcode, or one such part behind a comma."""
    unit = r"(?i:(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|bldg|building|box|lot)\.?|#)"
    unit += r"\s?\w{1,6}(?!\w)"
    gap, parted = r"[\s,;>?|-]{1,8}", r"(?:\s?,\s{0,3}|\s{0,3}\n[\s>?|,]{0,6})"
    place = rf"(?:{_WORD}|\([^\W\d_]{{2,20}}\)|{_particle()}|nan)"
    places = rf"{place}(?:[^\S\n]{{1,2}}{place}){{0,4}}"
    code = (
        r"(?:[A-Z]{1,2}-)?(?:\d{4,6}(?:-\d{3,4})?|\d{3}\s\d{2}|\d{2}-\d{3}|\d{4}\s?[A-Z]{2}|"
        r"[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2})(?!\w|[.,]\d)"
    )
    last = rf"{places}(?=[.,;!?\n]|$)"
    return re.compile(
        rf"(?:{gap}{unit}){{0,2}}"
        rf"(?:(?:[^\S\n]{{1,2}}{places})?(?:{parted}{places}){{0,4}}{gap}{code}(?:{gap}{last})?"
        rf"|,\s{{1,2}}{last})?"
    )


def _particle() -> str:
    return rf"(?i:{any_of(address_words().particles)})(?!\w)"


def _any(*words: str) -> str:
    return rf"(?<!\w)(?i:{any_of(each.rstrip('.') for each in words)})(?!\w)\.?"
