"""Corrections: which of several values a customer means ("sorry, 1044 not 1041")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from hybrid_agent.slots.fold import fold
from hybrid_agent.slots.model import Found
from hybrid_agent.slots.words import any_of, table

_WINDOW = 60
_FROM = re.compile(r"(?<!\w)(?:from|von|de|desde|van)\s{1,3}(?:\w{1,12}\s){0,2}#?$", re.IGNORECASE)
_TO = re.compile(r"^.{0,40}?(?<!\w)(?:to|auf|zu|nach|à|a|naar)(?!\w)", re.IGNORECASE | re.DOTALL)
_INSTEAD = re.compile(
    r"\s{1,3}(?:\w{1,12}\s){0,2}(?:instead(?! of)|stattdessen|à la place|en su lugar)\b", re.IGNORECASE
)


_CHANGE = re.compile(
    r"(?<!\w)(?:(?:change|correct|set|update|switch)\s(?:[\w']{1,20}\s){1,5}(?:from|to)\b|instead\b|"
    r"(?:is|was) (?:wrong|incorrect|not right)\b|stattdessen\b|à la place\b)",
    re.IGNORECASE,
)


class _Cues(NamedTuple):
    before: re.Pattern[str]
    after: re.Pattern[str]
    cue: re.Pattern[str]
    opening: re.Pattern[str]
    change: re.Pattern[str]


def meant(found: Sequence[Found], text: str) -> Found | None:
    """The one value that is meant, negated ones dropped; None if there is none or it stays open.

    A value that a correction points at comes back as certain.
    """
    kept = [one for one in found if not _negated(one, found, text)]
    kept = [one for one in kept if one.certain] or kept
    values = {repr(one.value) for one in kept}
    if not kept:
        return None
    if len(values) == 1:
        best = next((one for one in kept if one.certain), kept[0])
        return replace(best, certain=best.certain or len(kept) < len(found))
    return _pointed_at(kept, text)


def corrects(text: str) -> bool:
    """Whether the message takes back something said before ("no, I meant ...", "actually ...")."""
    plain = fold(text).text
    cues = _cues()
    return bool(cues.opening.match(plain) or cues.cue.search(plain) or _CHANGE.search(plain))


def _negated(one: Found, found: Sequence[Found], text: str) -> bool:
    before = fold(text[max(0, one.start - _WINDOW) : one.start]).text
    after = fold(text[one.end : one.end + _WINDOW]).text
    cues = _cues()
    if cues.before.search(before) or cues.after.match(after):
        return True
    if not cues.change.search(fold(text).text):
        return False
    later = [other for other in found if other.start >= one.end]
    return bool(later and _FROM.search(before) and _TO.match(text[one.end : later[0].start]))


def _pointed_at(kept: Sequence[Found], text: str) -> Found | None:
    for one in kept:
        if _INSTEAD.match(text, one.end):
            return replace(one, certain=True)
    cue = None
    for match in _cues().cue.finditer(text[: kept[-1].start]):
        cue = match
    if cue is None:
        return None
    after = [one for one in kept if one.start >= cue.end()]
    if len({repr(one.value) for one in after}) != 1 or len(after) == len(kept):
        return None
    return replace(after[0], certain=True)


@lru_cache(maxsize=1)
def _cues() -> _Cues:
    words = table("correction")
    between = rf"(?:[\s:#\"(]|{any_of(words['between'])}(?!\w)){{1,6}}"
    flags = re.IGNORECASE
    return _Cues(
        re.compile(rf"(?<!\w){any_of(words['negated_before'])}{between}$", flags),
        re.compile(rf"[\s,\")]{{0,3}}{any_of(words['negated_after'])}(?!\w)", flags),
        re.compile(rf"(?<!\w){any_of(words['cue'])}(?!\w)", flags),
        re.compile(rf"[\s]{{0,3}}{any_of(words['opening'])}[\s]{{0,2}}[,;:.!-]", flags),
        re.compile(rf"(?<!\w){any_of(words['change'])}(?!\w)", flags),
    )
