"""Postcodes, in the spelling of their country."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from hybrid_agent.slots.model import Hints, Hit
from hybrid_agent.slots.words import table

UNMISTAKABLE = ("GB", "NL", "CA", "IE")
"""Countries whose postcodes have letters, so that they are known by their shape."""

_LABEL = re.compile(
    r"(?:zip(?:[ -]?code)?|post[ -]?code|postal code|plz|postleitzahl|code postal|c\.?p\.?|"
    r"c[oó]digo postal)(?:\s(?:is|to|ist|est|es|auf|in|von|au|à|en|naar))?[\s:=]{0,3}$",
    re.IGNORECASE,
)
_SPACED = {"GB": 3, "NL": 2, "CA": 3, "IE": 4, "SE": 2, "CZ": 2, "SK": 2, "GR": 2, "IN": 3}
"""Characters after the space in the official spelling."""


def find(text: str, hints: Hints) -> Iterator[Hit]:
    """Postcodes of the customer's country, and those of any country that are known by their shape."""
    if not any(char.isdigit() for char in text):
        return
    taken: list[tuple[int, int]] = []
    for country in dict.fromkeys((hints.country, *UNMISTAKABLE)):
        pattern = pattern_of(country)
        if pattern is None:
            continue
        for match in pattern.finditer(text):
            named = hints.asked or _LABEL.search(text[max(0, match.start() - 24) : match.start()]) is not None
            shaped = country in UNMISTAKABLE and (named or match.group().isupper())
            meant_so = named or shaped or country == hints.country
            if meant_so and all(match.end() <= s or match.start() >= e for s, e in taken):
                taken.append(match.span())
                yield Hit(spell(match.group(), country), *match.span(), certain=named or shaped)


def canonical(value: object, hints: Hints) -> str | None:
    """The postcode as its country writes it, or None. A country whose form is unknown takes any."""
    if not isinstance(value, str | int):
        return None
    written = str(value).strip().upper()
    for country in dict.fromkeys((hints.country, *UNMISTAKABLE)):
        pattern = pattern_of(country)
        if pattern is not None and pattern.fullmatch(written):
            return spell(written, country)
    unknown = pattern_of(hints.country) is None and re.fullmatch(r"[A-Z0-9][A-Z0-9 -]{1,9}", written)
    return written if unknown else None


def spell(written: str, country: str) -> str:
    """Capitals, and the space where the country puts it."""
    bare = written.upper().strip()
    tail = _SPACED.get(country)
    if tail is None:
        return bare
    bare = bare.replace(" ", "")
    return f"{bare[:-tail]} {bare[-tail:]}"


@lru_cache(maxsize=64)
def pattern_of(country: str) -> re.Pattern[str] | None:
    """The form of a country's postcodes as a word of its own, or None where it is not known."""
    form = table("countries").get(country, {}).get("postcode")
    return form and re.compile(rf"(?<![\w#$€£.,/-])(?:{form})(?![\w$€£%]|[.,/-]\d)", re.IGNORECASE)
