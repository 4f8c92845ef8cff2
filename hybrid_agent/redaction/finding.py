"""Settling what is masked: of what recognisers and known values find, the longest, and the rest of it."""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hybrid_agent.redaction.personal import Key, key_of
from hybrid_agent.redaction.spelling import Spellings

_ROUNDS = 20
"""How often the rest of a text is read again: a bound for texts that are made to take long."""

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


Search = Callable[[str], Iterable[Found]]
"""What a text has by form, one maybe over another."""


@dataclass(frozen=True, slots=True)
class Finder:
    """What is looked for: what `search` finds, and known values."""

    search: Search
    known: Spellings | None = None

    def find(self, text: str) -> list[Found]:
        """The values from left to right, none over another: the longest first, then what is left beside it.

        A text that is JSON is read with and without its escapes.
        """
        read, places = _unescaped(text) if "\\" in text else (text, None)
        found = list(self._in(read))
        if places is not None:
            found = [_placed(one, text, places) for one in found]
        return self._settled(text, found, again=places is not None)

    def _settled(
        self, text: str, found: Iterable[Found], *, again: bool = False, rounds: int = _ROUNDS
    ) -> list[Found]:
        """The longest of what was found, and what shows between them once those are gone."""
        kept, halves = _longest(found)
        shown: list[Found] = []
        for first, last in _between(kept, len(text)) if rounds else ():
            part = text[first:last]
            glued = (first > 0 and _joins(part[0])) or (last < len(text) and _joins(part[-1]))
            if halves or again or glued:
                more = self._settled(part, self._in(part), rounds=rounds - 1)
                shown += (one._replace(start=one.start + first, end=one.end + first) for one in more)
        return sorted((*kept, *shown))

    def _in(self, text: str) -> Iterator[Found]:
        if self.known is not None:
            for match in self.known.pattern.finditer(text):
                group = match.lastindex or 0
                kind, value = self.known.values[group - 1]
                yield Found(*match.span(group), kind, value, key_of(kind, value))
        yield from self.search(text)


def _between(kept: Sequence[Found], end: int) -> Iterator[tuple[int, int]]:
    gaps = zip([0, *(one.end for one in kept)], [*(one.start for one in kept), end], strict=True)
    return (gap for gap in gaps if gap[0] < gap[1])


def _joins(char: str) -> bool:
    """Whether the character kept something from being seen as a word or number of its own."""
    return char.isalnum() or char in "_+"


def found_in(text: str, start: int, end: int, kind: str) -> Found:
    """What stands between two places of a text."""
    return Found(start, end, kind, text[start:end], key_of(kind, text[start:end]))


def _placed(one: Found, text: str, places: Sequence[int]) -> Found:
    """What was found, where it stands with its escapes; the input's own text also comes back with them."""
    start, end = places[one.start], places[one.end]
    return found_in(text, start, end, "text") if one.kind == "text" else one._replace(start=start, end=end)


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


def replaced(text: str, found: Iterable[Found], given: Mapping[Key, str]) -> str:
    """The text with what was found in it replaced: by what is given for its key, or else by its kind."""
    parts: list[str] = []
    end = 0
    for one in found:
        parts += (text[end : one.start], given.get(one.key) or f"[{one.kind.replace('_', ' ')}]")
        end = one.end
    return "".join((*parts, text[end:]))
