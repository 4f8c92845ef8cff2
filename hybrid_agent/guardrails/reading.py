"""A text as statements: its segments with their words, deeds, polarity, conditions and claims."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from hybrid_agent.guardrails.claims import Claim, claims
from hybrid_agent.guardrails.folding import plain_words
from hybrid_agent.guardrails.lexicon import Lexicon, lexicon
from hybrid_agent.guardrails.stems import stem

_SENTENCE = re.compile(
    r"(?<=[.!?;:])\s+|\n+|,\s(?=(?:and|but|so|because|or|yet|while)\s)|\s-+\s"
    r"|\s(?=(?:and|but)\s(?:is|are|was|were|has|have|had|can|can't|cannot|will|may|must|does|do|did|it|they|you|we|i)(?:n't)?\b)"
)
_OPENS_IF = re.compile(r"(?:if|when|once|unless|as soon as|should|until|before|in case|whether|after)\b")
_AMOUNT = r"(?:[€$£]|[a-z]{3} )?\d[\d.,]*\d(?:\s?(?:[€$£]|[a-z]{3,7}\b))?"
_WHOLE = re.compile(rf"{_AMOUNT}\s(?:out )?of (?:the |your |a total of |a )?(?P<whole>{_AMOUNT})")
_NAMED = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")
_WORD = re.compile(r"~?[^\W\d_]+(?:'[^\W\d_]+)?(?:_[a-z]+)?")
_PASSIVE = re.compile(r"\b(?:am|is|are|was|were|be|been|being|get|gets|got|receive|your|our)\b|'re\b|'m\b")
_JOINED = re.compile(r"\b(?:and|or)\s*$")
_DETERMINER = re.compile(
    r"\b(?:a|an|the|your|our|my|any|each|every|this|that|these|those|no|of|for|per)(?:\s\w+)?\s*$"
)
_GIVES = re.compile(
    r"\b(?:get|gets|receive|receives|issue|issues|give|gives|make|makes|have|has)\b[\w\s]{0,20}$"
)


class Deed(NamedTuple):
    """Something done, promised or possible: its group, how it is told, and whether it is denied.

    `mood` is done, state ("is cancelled"), promise, plain ("we refund"), possible or noun; `actor` is
    "we", "you", "carrier" or "" where none of them is named; `open` says that it stands in a condition and is
    told of nothing in particular.
    """

    group: str
    mood: str
    denied: bool
    actor: str = ""
    open: bool = False


class Clause(NamedTuple):
    """The words and claims of a part of a segment."""

    stems: frozenset[str]
    claims: frozenset[Claim]


@dataclass(frozen=True, slots=True)
class Segment:
    """One statement of a text. `wholes` are the amounts of which another one is a part: "20 of 50 euros"."""

    stems: frozenset[str]
    deeds: frozenset[Deed]
    claims: frozenset[Claim]
    wholes: frozenset[Claim]
    clauses: tuple[Clause, ...]
    conditions: frozenset[str]
    strict: frozenset[str]
    denied: bool
    hedged: bool
    sure: bool
    general: bool


@lru_cache(maxsize=2048)
def segments(text: str) -> tuple[Segment, ...]:
    """The statements of a text in order, without its courtesies."""
    lists = lexicon()
    plain = lists.courtesy.sub(" ", lists.opener.sub(" ", plain_words(text)))
    return tuple(segment(part) for part in _SENTENCE.split(plain) if part.strip(" .,!?;:-"))


@lru_cache(maxsize=4096)
def segment(low: str, *, deeds: bool = True) -> Segment:
    """One statement, given in plain words; without `deeds` it only lends its words and claims."""
    lists = lexicon()
    bare = _NAMED.sub(" ", low)
    denials = lists.idle_no.sub(" ", bare)
    kept_strict = lists.idle_strict.sub(" ", bare)
    return Segment(
        stems=stems(bare),
        deeds=frozenset(_deeds(denials, lists)) if deeds else frozenset(),
        claims=claims(low),
        wholes=frozenset(each for match in _WHOLE.finditer(low) for each in claims(match["whole"])),
        clauses=tuple(_clauses(low, lists)),
        conditions=frozenset(name for name, them in lists.conditions.items() if them.search(bare)),
        strict=_strict(kept_strict, lists),
        denied=_denied(denials, lists),
        hedged=lists.mood["hedges"].search(bare) is not None,
        sure=lists.mood["sure"].search(bare) is not None,
        general=lists.general.search(kept_strict) is not None,
    )


def _strict(low: str, lists: Lexicon) -> frozenset[str]:
    places = lists.place.findall(lists.idle_place.sub(" ", lists.deed.sub(" ", low)))
    return frozenset(stem(each) for each in (*lists.strict.findall(low), *places))


@lru_cache(maxsize=4096)
def stems(low: str) -> frozenset[str]:
    """The content words of a text in plain words, each by its stem or the name of its group."""
    lists = lexicon()
    grouped = lists.deed.sub(lambda match: f" ~{lists.deeds[match[0]][0]} ", _NAMED.sub(" ", low))
    found = set()
    for word in _WORD.findall(grouped):
        if word[0] == "~":
            found.add(word)
        elif word not in lists.plain:
            root = stem(word)
            found.add(lists.same.get(root, root))
    return frozenset(found)


def _clauses(low: str, lists: Lexicon) -> Iterator[Clause]:
    """The clauses; one without words of its own, such as "9:00 to 18:00", belongs to the one before."""
    last: Clause | None = None
    for part in lists.part.split(low):
        new = Clause(stems(part), claims(part))
        if last is not None and new.stems:
            yield last
            last = new
        else:
            last = Clause(new.stems | last.stems, new.claims | last.claims) if last else new
    if last is not None:
        yield last


def _deeds(low: str, lists: Lexicon) -> Iterator[Deed]:
    begin = 0
    opened = _OPENS_IF.match(low.strip()) is not None
    for mark in [*lists.clause.finditer(low), None]:
        part = low[begin : mark.start() if mark else len(low)]
        for match in lists.deed.finditer(part):
            group, done = lists.deeds[match[0]]
            before = part[: match.start()]
            actor = _actor(before, part[match.end() :], lists)
            yield Deed(group, _mood(before, done, lists), _denied(before, lists), actor, opened)
        if mark is not None:
            begin = mark.end()
            word = mark[0].strip()
            opened = _OPENS_IF.match(word or low[begin:].strip()) is not None or (
                word in (",", "and", "or") and _OPENS_IF.match(low[begin:].strip()) is not None
            )


def _denied(low: str, lists: Lexicon) -> bool:
    """Whether the text denies: two negations affirm ("not excluded")."""
    return len(lists.no.findall(low)) % 2 == 1


def _actor(before: str, behind: str, lists: Lexicon) -> str:
    """Who does it, where the sentence says so: "we", "you", "carrier" or nobody."""
    if agent := lists.agent.match(behind):
        return lists.agents[agent[1]]
    match = lists.actor.search(before)
    return "" if match is None or _PASSIVE.search(before[match.end(1) :]) else lists.actors[match[1]]


def _mood(before: str, done: bool, lists: Lexicon) -> str:
    if lists.mood["promise"].search(before):
        return "promise"
    return _mood_done(before, lists) if done else _mood_other(before, lists)


def _mood_done(before: str, lists: Lexicon) -> str:
    mood = lists.mood
    if mood["past"].search(before):
        return "done"
    if _DETERMINER.search(before) and not mood["state"].search(before):
        return "noun"
    if mood["possible"].search(before):
        return "possible"
    return "state" if mood["state"].search(before) else "done"


def _mood_other(before: str, lists: Lexicon) -> str:
    if _JOINED.search(before):
        return "possible" if lists.mood["possible"].search(before) else "plain"
    gives = not before.strip() or _GIVES.search(before) is not None
    if _DETERMINER.search(before):
        return "plain" if gives else "noun"
    if _near(lists.mood["possible"], before):
        return "possible"
    return "plain" if gives or _near(lists.mood["we"], before) else "noun"


def _near(pattern: re.Pattern[str], before: str) -> bool:
    """Whether one of the words stands among the last three."""
    return pattern.search(" ".join(before.split()[-3:])) is not None
