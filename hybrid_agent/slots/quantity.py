"""Whole numbers of things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from hybrid_agent.slots.model import Hints, Hit
from hybrid_agent.slots.words import any_of, table

MAX_QUANTITY = 100_000
_UNIT = (
    r"(?:\s?[x\u00d7]\b|\s(?:of (?:them|these|those|it)\b|pcs?\b|pieces?\b|items?\b|units?\b|pairs?\b|"
    r"boxes\b|stück\b|pièces?\b|piezas?\b|unidades\b|stuks?\b|davon\b|d'entre eux\b|de ellos\b|ervan\b))"
)
_DIGITS = re.compile(
    rf"(?<![\w.,#/:+$€£-])(?P<times>[x\u00d7]\s?)?(?P<number>\d{{1,6}})(?![\w]?[\d/:@%$€£]|[.,-]\d)(?P<unit>{_UNIT})?"
    r"(?!\w)(?!\s?(?:[$€£%]|(?:am|pm|uhr|percent|(?:minute|hour|day|week|month|year|dollar|euro|pound|cent)s?)\b))",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:quantity|qty|anzahl|menge|quantité|cantidad|aantal)[\s:=]{0,3}(?:is\s)?$", re.IGNORECASE
)


def find(text: str, hints: Hints) -> Iterator[Hit]:
    """Numbers of up to six digits and number words; certain with a unit, a label, or when asked for."""
    for match in _DIGITS.finditer(text):
        number = int(match["number"])
        marked = bool(match["times"] or match["unit"] or _LABEL.search(text[: match.start()][-20:]))
        if 0 < number <= MAX_QUANTITY:
            start = match.start("times") if match["times"] else match.start("number")
            yield Hit(number, start, match.end("number"), marked or hints.asked)
    words, values = _words()
    for match in words.finditer(text):
        if hints.asked or match["unit"]:
            value = values[" ".join(match["number"].lower().split())]
            yield Hit(value, match.start("number"), match.end("number"))


def canonical(value: object, hints: Hints) -> int | None:
    """A positive whole number up to MAX_QUANTITY, or None."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return int(str(value)) if whole and 0 < int(str(value)) <= MAX_QUANTITY else None


@lru_cache(maxsize=1)
def _words() -> tuple[re.Pattern[str], dict[str, int]]:
    values = {word: int(number) for number, words in table("numbers").items() for word in words}
    pattern = rf"(?<![\w'-])(?P<number>{any_of(values)})(?![\w'-])(?P<unit>{_UNIT})?"
    return re.compile(pattern, re.IGNORECASE), values
