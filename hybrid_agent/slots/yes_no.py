"""Yes or no as the value of a slot ("Is it unopened?"). What guards a write is read more strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from hybrid_agent.slots.model import Hints, Hit
from hybrid_agent.slots.words import any_of, table

_YES_WORDS = frozenset({"true", "yes", "y", "1"})
_NO_WORDS = frozenset({"false", "no", "n", "0"})


def find(text: str, hints: Hints) -> Iterator[Hit]:
    """The yes or no that the message starts with; certain when asked and nothing speaks against it."""
    yes, no, negation = _patterns()
    for value, pattern in ((False, no), (True, yes)):
        match = pattern.match(text)
        if match is None:
            continue
        rest = text[match.end(1) :]
        against = negation.search(rest) if value else yes.match(rest)
        certain = hints.asked and not against and "?" not in rest
        yield Hit(value, match.start(1), match.end(1), certain)
        return


def canonical(value: object, hints: Hints) -> bool | None:
    """A form's spelling of a truth value, or None."""
    if isinstance(value, bool):
        return value
    plain = str(value).strip().lower()
    return True if plain in _YES_WORDS else False if plain in _NO_WORDS else None


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    answers = table("answers")
    lead = rf"(?:[\s,.!-]|{any_of(answers['filler'])}(?!\w)){{0,6}}"
    yes, no = (
        re.compile(rf"{lead}({any_of(answers[word])})(?![\w'])", re.IGNORECASE) for word in ("yes", "no")
    )
    return yes, no, re.compile(rf"(?<![\w'])({any_of(answers['negation'])})(?![\w'])", re.IGNORECASE)
