"""Names and participles as they stand in a text, which stems and word lists do not tell apart."""

import re
from collections.abc import Iterator
from functools import lru_cache

from hybrid_agent.guardrails.folding import folded, plain_words
from hybrid_agent.guardrails.lexicon import lexicon, tables

_RUN = re.compile(r"\b[A-Z][\w'-]*\.?(?:\s[A-Z][\w'-]*\.?)+")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_SPLIT = re.compile(r"(?<=[.!?:;\n,|])\s+|\n")
_PERFECT = re.compile(
    r"(?:\b(?:has|have|had)|'ve|'s)\s(?:\w+\s){0,2}?been\s(?:\w+ly\s)?(?P<been>[a-z]{2,}ed)\b"
    r"|\b(?:i|we|i've|we've)\s(?:have\s)?(?:already\s|just\s|now\s)?(?P<ours>[a-z]{2,}ed)\b"
)
_OPEN = re.compile(r"\b(?:if|when|once|unless|as soon as|until|before|after|whether|that|which|who)\b[^,;.]*")


@lru_cache(maxsize=1024)
def runs(text: str) -> frozenset[tuple[str, ...]]:
    """Each run of two or more words in capitals, in lower case, without days, months and sentence starts."""
    found = set[tuple[str, ...]]()
    for part in _SPLIT.split(folded(text)):
        for match in _RUN.finditer(part):
            words = _WORD.findall(plain_words(match[0]))
            if match.start() == 0 and words[0] in lexicon().plain:
                words = words[1:]
            if len(words) > 1 and not _calendar() & set(words):
                found.add(tuple(words))
    return frozenset(found)


def torn(said: tuple[str, ...], known: frozenset[tuple[str, ...]]) -> bool:
    """Whether a run's words are all in known names, but in no single one of them in this order."""
    if not set(said) <= {word for name in known for word in name}:
        return False
    return not any(_within(said, name) for name in known)


def perfects(low: str) -> Iterator[str]:
    """The participles of what a text in plain words says has been done, outside of its conditions."""
    for match in _PERFECT.finditer(_OPEN.sub(" ", low)):
        yield match["been"] or match["ours"]


def literal(low: str) -> frozenset[str]:
    """The words of a text in plain words, as they stand."""
    return frozenset(_WORD.findall(low.replace("_", " ")))


def _within(said: tuple[str, ...], name: tuple[str, ...]) -> bool:
    rest = iter(name)
    return all(word in rest for word in said)


@lru_cache(maxsize=1)
def _calendar() -> frozenset[str]:
    counting = tables()["counting"]
    return frozenset([*counting["weekdays"], *counting["months"]])
