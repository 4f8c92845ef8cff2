"""What narrows a word of a statement down, the ends of its ranges, and its parts told of different things."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from hybrid_agent.guardrails.claims import claims
from hybrid_agent.guardrails.lexicon import Lexicon, lexicon, tables
from hybrid_agent.guardrails.stems import stem

_WORD = re.compile(r"[^\W_]+(?:[.:,]\d+)*(?:['-][^\W_]+)*")
_PART = re.compile(r"[,;:()]\s?|\s(?:and|or|but|while|whereas)\s")
_LIMIT = r"above|over|under|below|up to|at least|more than|less than|[a-z]{3,}er than"
_BEHIND = re.compile(
    rf"\b(?P<head>[a-z][\w-]+)\s(?P<by>with|without|aged|for|{_LIMIT})\s"
    r"(?:(?:an?|the|their|your|our|its)\s)?(?P<words>[^\s,;.:()]+(?:\s\d[^\s,;.:()]*)?)"
)
_AT_FIRST = re.compile(
    r"^\W*(?:(?:the|an?|all|every|each)\s)?(?:[a-z-]+\s)?(?:"
    r"(?P<head>[a-z-]{3,}s|people|children)\s(?P<by>in|of|from|at|on)"
    r"|(?P<one>[a-z-]{3,})\sof)\s"
    r"(?:(?:an?|the|their|your|our|its)\s)?(?P<words>[^\s,;.:()]+)"
)
_RANGE = re.compile(
    r"\b(?:from|between)\s(?:the\s)?(?P<first>[\w:.]+)(?:\s[a-z]+)?\s(?:to|and|until|till)\s(?:the\s)?(?P<last>[\w:.]+)"
    r"|\b(?P<low>\d[\d:.,]*)\s?(?:to|-)\s?(?P<high>\d[\d:.,]*)\b"
)

_SAYS = re.compile(
    r"\d|\b(?:by|through|for|in|at|on|from|to|with|until|is|are|can|may|must|will|has|have|gets?|costs?|pays?)\b"
)
_CLAUSE = re.compile(r"[^\w\s'-]+|\s-+\s")
_AUXILIARIES = frozenset({"to", "must", "can", "may", "you", "we", "will", "please"})
_REFERS = re.compile(
    r"\b(?:it|they|them|this|that)\b|^\W*(?:(?:and|but)\s)?(?:is|are|was|were|can|may|must|will|has|have|does|costs?"
    r"|takes?|arrives?|comes?|works?|gets?|covers?|goes|pays?|lasts?|includes?|needs?|not)\b"
)
_KINDS = ("new", "other", "own", "different")
"""Plain words that tell one of a kind from the rest."""


class Qualifier(NamedTuple):
    """A word and what narrows it down, before or behind it: "small dogs", "trees taller than 2 metres"."""

    head: str
    by: frozenset[str]
    behind: bool


class Part(NamedTuple):
    """A part of a statement between commas and "and": its first word, and the others.

    `says` tells it from an item of a list; `refers` says that it goes on about what stands before.
    """

    lead: str
    rest: frozenset[str]
    says: bool
    refers: bool


@lru_cache(maxsize=4096)
def roots(low: str) -> frozenset[str]:
    """Every word of a text in plain words by its stem or group, and the values of its claims."""
    return frozenset(_roots(low)).union(each.value for each in claims(low))


@lru_cache(maxsize=4096)
def unlisted(low: str) -> frozenset[str]:
    """The words of a text by their stem or group, without those that stand in the strict lists."""
    lists = lexicon()
    words = (each for each in _WORD.findall(low) if not lists.strict.fullmatch(each))
    return frozenset(_root(each, lists) for each in words if not lists.place.fullmatch(each))


@lru_cache(maxsize=4096)
def qualifiers(low: str) -> frozenset[Qualifier]:
    """What narrows down the words of a statement, before and behind them."""
    return frozenset((*_before(low), *_behind(low)))


@lru_cache(maxsize=4096)
def ranges(low: str) -> frozenset[tuple[str, str]]:
    """The first and last word of each range: "from April to October", "3 to 5"."""
    return frozenset(
        (match["first"] or match["low"], (match["last"] or match["high"]).rstrip(".:"))
        for match in _RANGE.finditer(low)
    )


@lru_cache(maxsize=4096)
def parts(low: str) -> tuple[Part, ...]:
    """The parts of a statement that have at least two words or claims."""
    return tuple(each for text in _PART.split(low) if (each := _part(text)) is not None)


def reversed_ranges(low: str, told: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The ranges of a text whose ends are told the other way round, and nowhere as they are."""
    held = frozenset[tuple[str, str]]().union(*(ranges(each) for each in told))
    yield from sorted(each for each in ranges(low) if each[::-1] in held and each not in held)


def crossed(said: frozenset[str], told: str) -> frozenset[str]:
    """What is told of the one part of a statement and said of the other, which it does not name."""
    found = parts(told)
    for one, other in pairwise(found):
        behind = _taken(said, one, other)
        if behind:
            return behind
        ahead = _taken(said, other, one)
        if ahead and not (other.rest - one.rest - {one.lead}) & said:
            return ahead
    return frozenset()


def _taken(said: frozenset[str], mine: Part, its: Part) -> frozenset[str]:
    """What is said of the first word of the one part, and told of the other's."""
    if mine.lead not in said or its.lead in said or not mine.says or its.refers:
        return frozenset()
    return (its.rest - mine.rest - {mine.lead}) & said


def _part(text: str) -> Part | None:
    lists = lexicon()
    words = [_root(each, lists) for each in _WORD.findall(text) if _weighs(each, lists)]
    rest = {*words[1:], *(each.value for each in claims(text))}
    return (
        Part(
            words[0],
            frozenset(rest) - {words[0]},
            _SAYS.search(text) is not None,
            _REFERS.search(text) is not None,
        )
        if words and rest - {words[0]}
        else None
    )


def _before(low: str) -> Iterator[Qualifier]:
    lists, parts_of = lexicon(), tables()["counting"]["parts"]
    for text in _CLAUSE.split(low):
        words = _WORD.findall(text)
        for before, one, head in zip(("", *words), words, words[1:], strict=False):
            acts = one.endswith(("s", "ly")) and before and before not in _AUXILIARIES
            if acts or (lists.place.fullmatch(one) and one not in _KINDS):
                continue
            if (
                one not in parts_of
                and _narrows(one, lists)
                and _is_content(head, lists)
                and not {one, head} & lists.deeds.keys()
            ):
                yield Qualifier(_root(head, lists), frozenset({_root(one, lists)}), False)


def _behind(low: str) -> Iterator[Qualifier]:
    lists = lexicon()
    for match in (*_BEHIND.finditer(low), *_AT_FIRST.finditer(low)):
        held = {_root(each, lists) for each in _WORD.findall(match["words"]) if _weighs(each, lists)}
        held |= {each.value for each in claims(match["words"])}
        head = match["head"] or match["one"]
        counted = match["by"] == "for" and match["words"][0].isdigit()
        if held and not counted and _is_content(head, lists) and head not in lists.deeds:
            yield Qualifier(_root(head, lists), frozenset(held), True)


def _roots(low: str) -> Iterator[str]:
    lists = lexicon()
    return (_root(each, lists) for each in _WORD.findall(low))


def _root(word: str, lists: Lexicon) -> str:
    root = stem(word)
    return lists.same.get(root, root)


def _is_content(word: str, lists: Lexicon) -> bool:
    return word not in lists.plain and word[0].isalpha()


def _narrows(word: str, lists: Lexicon) -> bool:
    return word[0].isalpha() and (word not in lists.plain or word in _KINDS)


def _weighs(word: str, lists: Lexicon) -> bool:
    return word[0].isdigit() or _narrows(word, lists)
