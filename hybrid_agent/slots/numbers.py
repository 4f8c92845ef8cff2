"""Number words and small helpers that several recognisers read."""

from __future__ import annotations

import re
from functools import lru_cache

from hybrid_agent.slots.words import any_of, table

_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=1)
def number_words() -> dict[str, int]:
    """Words for one to twenty, with "a dozen" and the like."""
    return {word: int(number) for number, words in table("numbers").items() for word in words}


@lru_cache(maxsize=1)
def number_part() -> str:
    """A regex part for a number of up to three digits or a number word."""
    return rf"(?:\d{{1,3}}|an?|{any_of(number_words())})"


def number_of(written: str) -> int:
    """The value of what `number_part` matched; "a" is one."""
    plain = " ".join(written.lower().split())
    return int(plain) if plain.isdigit() else number_words().get(plain, 1)


@lru_cache(maxsize=16)
def words_of(text: str) -> frozenset[str]:
    """The words of a text in lower case, to tell cheaply that a recogniser has nothing to do."""
    return frozenset(_WORD.findall(text.lower()))
