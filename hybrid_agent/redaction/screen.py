"""Screening a message before anything stores it or reads it."""

import re
import unicodedata
from dataclasses import dataclass

from hybrid_agent.redaction.checked import cards
from hybrid_agent.redaction.said import national_ids, secrets
from hybrid_agent.redaction.spans import Spans, joined

MAX_TEXT = 4_000
"""Characters of a message that are kept: what is longer is a paste, and its end is cut."""

_CARD_REMOVED, _REMOVED, _CUT = "[card number removed]", "[removed]", "[the rest was cut off]"
_NEVER_KEPT: tuple[tuple[Spans, str], ...] = (
    (cards, _CARD_REMOVED),
    (secrets, _REMOVED),
    (national_ids, _REMOVED),
)
"""What no flow needs, and what stands in its place."""
_SPACES = re.compile(r"[^\S\n]+")


@dataclass(frozen=True, slots=True)
class Screened:
    """A message as it may be stored; `secrets` says that some were removed, `cut` that it was too long."""

    text: str
    secrets: bool = False
    cut: bool = False


def screen_text(text: str) -> Screened:
    """The message without control characters, cards, passwords and national ids, and not over MAX_TEXT.

    What was taken out leaves its mark, so that a text that was screened before says so again.
    """
    head = text[: MAX_TEXT * 2]
    kept = (each for each in head if each == "\n" or not unicodedata.category(each).startswith("C"))
    safe = _SPACES.sub(" ", "".join(kept)).strip()
    for find, mark in _NEVER_KEPT:
        for start, end in sorted(joined(find(safe)), reverse=True):
            safe = f"{safe[:start]}{mark}{safe[end:]}"
    if (len(safe) > MAX_TEXT or len(text) > len(head)) and not safe.endswith(_CUT):
        safe = f"{safe[: MAX_TEXT - len(_CUT) - 1]} {_CUT}"
    return Screened(safe, secrets=_CARD_REMOVED in safe or _REMOVED in safe, cut=safe.endswith(_CUT))
