"""One spelling of a message for all recognisers, with a way back to the customer's own characters."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

from hybrid_agent.slots.model import MAX_TEXT

_SAME = {
    **dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4`", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043", "-"),
    **dict.fromkeys("\r\v\f\u2028\u2029\x85", "\n"),
    "\t": " ",
    "\u2116": "no.",
}
_KEEP = "\u00ba\u00b0\u00b2\u00b3\u00bd\u00bc\u00be\u2026"


class Folded(NamedTuple):
    """`text` is what recognisers read; `origins[i]` is where its character i stands in the message."""

    text: str
    origins: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the message for a span of the folded text."""
        if self.origins is None:
            return start, end
        return self.origins[start], self.origins[end - 1] + 1


def fold(message: str) -> Folded:
    """The start of the message with one kind of digit, quote, dash and space, and nothing invisible."""
    return _fold(message[:MAX_TEXT])


@lru_cache(maxsize=16)
def _fold(message: str) -> Folded:
    if message.isascii() and message.isprintable():
        return Folded(message, None)
    letters: list[str] = []
    origins: list[int] = []
    for index, char in enumerate(message):
        folded = char if " " <= char < "\x7f" else _letter(char)
        letters.append(folded)
        origins.extend([index] * len(folded))
    return Folded("".join(letters), tuple(origins))


def _letter(char: str) -> str:
    same = _SAME.get(char)
    if same is not None:
        return same
    if char == "\n" or char in _KEEP:
        return char
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Zs":
        return " "
    if category[0] == "C":
        return ""
    plain = unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 else char
