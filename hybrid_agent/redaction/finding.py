"""Finding what is to be masked: data by its form, known values, and what looks like a placeholder."""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hybrid_agent.redaction.masking import DIGITS, EMAIL, IBAN, PHONE, card_in
from hybrid_agent.redaction.personal import KINDS, Key, key_of
from hybrid_agent.redaction.spelling import Spellings

LIKE = re.compile(rf"(?:<\s*)?(?:{'|'.join(KINDS)})\\?_\d+(?:\s*>)?", re.IGNORECASE)
"""What looks like a placeholder, whole or broken."""

Addresses = Callable[[str], Iterable[tuple[int, int]]]
"""A text's postal addresses as (start, end)."""
Search = Callable[[str, int, int], Iterator[tuple[int, int]]]
"""Where something stands in a text between two places."""

_ESCAPE = re.compile(
    r"\\(?:[\"\\/bfnrt]|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4})"
)


class Found(NamedTuple):
    """A personal value in a text; `key` is what its spellings have in common."""

    start: int
    end: int
    kind: str
    value: str
    key: Key


@dataclass(frozen=True, slots=True)
class Finder:
    """What is looked for beside the forms: known values, and addresses if there is a recogniser."""

    known: Spellings | None = None
    addresses: Addresses | None = None

    def find(self, text: str) -> list[Found]:
        """The values from left to right, none over another: the longest first, then what is left beside it.

        A text that is JSON is read with and without its escapes.
        """
        read, places = _unescaped(text) if "\\" in text else (text, None)
        found = list(self._in(read, 0, len(read)))
        if self.addresses is not None:
            found += [_found(read, start, end, "address") for start, end in self.addresses(read)]
        if places is not None:
            found = [one._replace(start=places[one.start], end=places[one.end]) for one in found]
        return self._settled(text, 0, len(text), found, again=places is not None)

    def _settled(
        self, text: str, start: int, end: int, found: Sequence[Found], *, again: bool = False
    ) -> list[Found]:
        """The longest of what was found, and what there is between them where one covered half of another."""
        kept, halves = _longest(found)
        if not halves and not again:
            return kept
        between = zip([start, *(one.end for one in kept)], [*(one.start for one in kept), end], strict=True)
        for first, last in between:
            kept = [*kept, *self._settled(text, first, last, list(self._in(text, first, last)))]
        return sorted(kept)

    def _in(self, text: str, start: int, end: int) -> Iterator[Found]:
        if self.known is not None:
            for match in self.known.pattern.finditer(text, start, end):
                group = match.lastindex or 0
                kind, value = self.known.values[group - 1]
                yield Found(*match.span(group), kind, value, key_of(kind, value))
        for kind, mark, search in _FORMS:
            if mark in text:
                for first, last in search(text, start, end):
                    yield _found(text, first, last, kind)


def _found(text: str, start: int, end: int, kind: str) -> Found:
    return Found(start, end, kind, text[start:end], key_of(kind, text[start:end]))


def _longest(found: Iterable[Found]) -> tuple[list[Found], bool]:
    """The longest ones that do not overlap, in order, and whether one that lost reaches beyond its winner."""
    kept: list[Found] = []
    halves = False
    for one in sorted(found, key=lambda each: (each.start - each.end, each.start)):
        place = bisect_right(kept, one.start, key=lambda each: each.start)
        near = kept[max(place - 1, 0) : place + 1]
        over = [each for each in near if each.start < one.end and one.start < each.end]
        if not over:
            kept.insert(place, one)
        halves = halves or any(one.start < each.start or each.end < one.end for each in over)
    return kept, halves


def _unescaped(text: str) -> tuple[str, list[int]]:
    """The text with JSON's escapes resolved, and where each of its characters (and its end) was before."""
    chars: list[str] = []
    places: list[int] = []
    end = 0
    for match in _ESCAPE.finditer(text):
        chars += text[end : match.start()]
        places += range(end, match.start() + 1)
        chars.append(json.loads(f'"{match.group()}"'))
        end = match.end()
    chars += text[end:]
    places += range(end, len(text) + 1)
    return "".join(chars), places


def _like(pattern: re.Pattern[str]) -> Search:
    def search(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        return (match.span() for match in pattern.finditer(text, start, end))

    return search


def _ibans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Account numbers, without the words that the pattern takes for more of their groups."""
    while match := IBAN.search(text, start, end):
        written = match.group()
        ends = [place for place in range(len(written), 0, -1) if written[place : place + 1] in ("", " ")]
        length = next((place for place in ends if _checked(written[:place])), len(written))
        start = match.start() + length
        yield match.start(), start


def _checked(iban: str) -> bool:
    """Whether the number passes its check, ISO 7064 MOD 97-10."""
    plain = iban.replace(" ", "").upper()
    return (
        plain.isascii()
        and plain.isalnum()
        and int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1
    )


def _cards(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while match := DIGITS.search(text, start, end):
        card = card_in(match.group())
        if card:
            yield match.start() + card[0], match.start() + card[1]
        start = match.start() + card[1] if card else match.end()


_FORMS: tuple[tuple[str, str, Search], ...] = (
    ("text", "_", _like(LIKE)),
    ("iban", "", _ibans),
    ("card", "", _cards),
    ("email", "@", _like(EMAIL)),
    ("phone", "", _like(PHONE)),
)
"""Kind, a character that there is none without, and the search."""
