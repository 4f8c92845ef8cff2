"""What a statement tells as done, promised or possible, and who does it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from hybrid_agent.guardrails.lexicon import Lexicon

_OPENS_IF = re.compile(r"(?:if|when|once|unless|as soon as|should|until|before|in case|whether|after)\b")
_PASSIVE = re.compile(r"\b(?:am|is|are|was|were|be|been|being|get|gets|got|receive|your|our)\b|'re\b|'m\b")
_JOINED = re.compile(r"\b(?:and|or)\s*$")
_DETERMINER = re.compile(
    r"\b(?:a|an|the|your|our|my|any|each|every|this|that|these|those|no|of|for|per)(?:\s\w+)?\s*$"
)
_RELATIVE = re.compile(r"(?:was|were|is|are|has|have|had)\b")
_NOTHING = re.compile(r"\s(?:nothing|none|nobody|no)\b")
_OF_ONE = re.compile(
    r"\b(?:your|my|this|that|it|he|she|now|already|just|order|the)\b|\d(?![\d.,]*\s?(?:[€$£%]|eur|usd|gbp|(?:euro|day|hour|week|month|year|minute|metre)s?\b|kg|gb|cm|percent))"
)
_GIVES = re.compile(
    r"\b(?:get|gets|receive|receives|issue|issues|give|gives|make|makes|have|has)\b[\w\s]{0,20}$"
)


class Deed(NamedTuple):
    """Something done, promised or possible: its group, how it is told, and whether it is denied.

    `mood` is done, state ("it is cancelled"), rule ("orders are cancelled if ..."), promise, plain ("we
    refund"), possible or noun; `actor` is
    "we", "you", "carrier" or "" where none of them is named; `open` says that it stands in a condition and is
    told of nothing in particular.
    """

    group: str
    mood: str
    denied: bool
    actor: str = ""
    open: bool = False


def told_deeds(low: str, lists: Lexicon) -> Iterator[Deed]:
    """The deeds that a statement in plain words tells of."""
    begin = 0
    opened = _OPENS_IF.match(low.strip()) is not None
    for mark in [*lists.clause.finditer(low), None]:
        part = low[begin : mark.start() if mark else len(low)]
        for match in lists.deed.finditer(part):
            group, done = lists.deeds[match[0]]
            before = part[: match.start()]
            actor = _actor(before, part[match.end() :], lists)
            none = _NOTHING.match(part[match.end() :]) is not None
            yield Deed(group, _mood(before, done, lists), denies(before, lists) != none, actor, opened)
        if mark is not None:
            begin = mark.end()
            word = mark[0].strip()
            opened = _OPENS_IF.match(word or low[begin:].strip()) is not None or (
                word in (",", "and", "or") and _OPENS_IF.match(low[begin:].strip()) is not None
            )
            opened = opened or (
                word in ("that", "which", "who") and _RELATIVE.match(low[begin:].strip()) is not None
            )


def denies(low: str, lists: Lexicon) -> bool:
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
    if not mood["state"].search(before):
        return "done"
    return "state" if _OF_ONE.search(before) else "rule"


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
