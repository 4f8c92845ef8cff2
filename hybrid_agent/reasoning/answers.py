"""Read the reply to a yes-or-no question that guards a write: precise rather than eager.

A reply is a yes only if it is made of nothing but words for yes and courtesies; whatever goes beyond that
("yes, but send it to ...", "yes?", "yes if it is free") is unclear and keeps the rest as `remainder`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from hybrid_agent.slots.fold import Folded, fold
from hybrid_agent.slots.words import any_of, table

MAX_ANSWER = 200
"""Characters; a longer reply is never only an answer."""

_BREAK = re.compile(r"[\s,.;:!-]*")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")
_PLAIN_NO = frozenset(
    {"no", "nope", "nah", "no thanks", "no thank you", "nein", "nein danke", "nee", "non", "non merci"}
)


class AnswerKind(StrEnum):
    """What a reply says; `CANCEL` drops the whole request, not just the question."""

    YES = "yes"
    NO = "no"
    CANCEL = "cancel"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Answer:
    """`remainder` is what an unclear reply says beyond the answer it starts with, which is `leads_with`."""

    kind: AnswerKind
    remainder: str = ""
    leads_with: AnswerKind | None = None


def read_answer(text: str, also_yes: Sequence[str] = ()) -> Answer:
    """Read a reply to a question. `also_yes` are phrases that confirm this very question ("cancel it")."""
    if len(text) > MAX_ANSWER:
        return Answer(AnswerKind.UNCLEAR, text.strip())
    folded = fold(_STRETCHED.sub(r"\1", _SKIN.sub("", text)))
    phrases = _phrases(tuple(also_yes))
    said, end = phrases.read(folded.text)
    kind = _kind(said, folded, phrases) if end == len(folded.text) else AnswerKind.UNCLEAR
    if kind is not AnswerKind.UNCLEAR:
        return Answer(kind)
    kinds = {kind for _, kind in said if kind is not None} - {AnswerKind.UNCLEAR}
    leads_with = next(iter(kinds)) if len(kinds) == 1 else None
    remainder = folded.text[end:].strip() if leads_with and end < len(folded.text) else text.strip()
    return Answer(AnswerKind.UNCLEAR, remainder, leads_with)


@dataclass(frozen=True, slots=True)
class _Phrases:
    pattern: re.Pattern[str]
    kinds: dict[str, AnswerKind | None]
    cancel_confirms: bool

    def read(self, text: str) -> tuple[list[tuple[str, AnswerKind | None]], int]:
        """The known phrases that the text starts with, and where the unknown begins."""
        said: list[tuple[str, AnswerKind | None]] = []
        at = _after_break(text, 0)
        while match := self.pattern.match(text, at):
            phrase = " ".join(match[0].lower().split())
            said.append((phrase, self.kinds[phrase]))
            at = _after_break(text, match.end())
        return said, at


def _kind(said: list[tuple[str, AnswerKind | None]], folded: Folded, phrases: _Phrases) -> AnswerKind:
    kinds = [kind for _, kind in said if kind is not None]
    if AnswerKind.UNCLEAR in kinds or "..." in folded.text or "\u2026" in folded.text:
        return AnswerKind.UNCLEAR
    if AnswerKind.CANCEL in kinds and phrases.cancel_confirms:
        return AnswerKind.UNCLEAR
    if len(set(kinds)) == 1:
        return kinds[0]
    first = next((phrase for phrase, kind in said if kind is not None), "")
    dropped = set(kinds[1:]) == {AnswerKind.CANCEL} and first in _PLAIN_NO
    set_apart = re.match(rf".*?(?<!\w){re.escape(first)}\s*[,.;!]", folded.text, re.IGNORECASE | re.DOTALL)
    return AnswerKind.CANCEL if dropped and set_apart else AnswerKind.UNCLEAR


def _after_break(text: str, at: int) -> int:
    match = _BREAK.match(text, at)
    return match.end() if match else at


@lru_cache(maxsize=64)
def _phrases(also_yes: tuple[str, ...]) -> _Phrases:
    words = table("answers")
    kinds: dict[str, AnswerKind | None] = dict.fromkeys(words["filler"])
    for kind in (AnswerKind.YES, AnswerKind.NO, AnswerKind.CANCEL):
        kinds.update(dict.fromkeys(words[kind.value], kind))
    kinds.update(dict.fromkeys(words["doubtful"], AnswerKind.UNCLEAR))
    own = [" ".join(phrase.lower().split()) for phrase in also_yes if phrase.strip()]
    confirms = any(word in words["cancel"] or word.split()[0] in words["cancel"] for word in own)
    kinds.update(dict.fromkeys(own, AnswerKind.YES))
    return _Phrases(re.compile(rf"{any_of(kinds)}(?![\w'])", re.IGNORECASE), kinds, confirms)
