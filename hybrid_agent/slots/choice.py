"""One of a few values, each with the words that customers use for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache

from hybrid_agent.slots.model import Hints, Hit
from hybrid_agent.slots.words import any_of


def find(text: str, hints: Hints) -> Iterator[Hit]:
    """Values named in the text; not certain when several are, or when a typing mistake had to be read."""
    if not hints.choices:
        return
    pattern, values = _compiled(_frozen(hints.choices))
    hits = [(values[_plain(m[1])], m.start(1), m.end(1)) for m in pattern.finditer(text)]
    if not hits and hints.asked and len(text) <= 60:
        hits = list(_misspelt(text, values))
        yield from (Hit(value, start, end, False) for value, start, end in hits)
        return
    certain = len({value for value, _, _ in hits}) == 1
    yield from (Hit(value, start, end, certain) for value, start, end in hits)


def canonical(value: object, hints: Hints) -> str | None:
    """The value for one of its own words, or None."""
    if not isinstance(value, str) or value in hints.choices:
        return value if isinstance(value, str) else None
    return _compiled(_frozen(hints.choices))[1].get(_plain(value)) if hints.choices else None


def _misspelt(text: str, values: Mapping[str, str]) -> Iterator[tuple[str, int, int]]:
    for match in re.finditer(r"[^\W\d_]{4,30}", text):
        close = get_close_matches(match.group().lower(), list(values), n=1, cutoff=0.8)
        if close:
            yield values[close[0]], match.start(), match.end()
            return


def _frozen(choices: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((value, tuple(synonyms)) for value, synonyms in choices.items())


@lru_cache(maxsize=128)
def _compiled(choices: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    values: dict[str, str] = {}
    for value, synonyms in choices:
        for word in (value, value.replace("_", " ").replace("-", " "), *synonyms):
            values.setdefault(_plain(word), value)
    plural = {word + "s": value for word, value in values.items() if not word.endswith("s")}
    values = {**plural, **values}
    return re.compile(rf"(?<![\w])({any_of(values)})(?![\w])", re.IGNORECASE), values


def _plain(word: str) -> str:
    return " ".join(word.lower().split())
