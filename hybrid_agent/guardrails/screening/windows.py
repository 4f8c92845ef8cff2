"""A text in windows: an instruction inside a message must not drown in the rest of it."""

import re
from collections.abc import Iterator

from hybrid_agent.guardrails.screening.surface import has_words

SIZE = 500
"""Characters of a window: about as many word pieces as an encoder reads well at once."""
OVERLAP = 100
SENTENCES = 6
"""A text of one window is also looked at sentence by sentence, if it has at most so many."""
_MAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}")
"""An address says nothing of what is wanted, and its odd spelling much to an encoder."""
_END = re.compile(r"(?<=[.!?\n])\s+")


def read_in_parts(text: str) -> tuple[str, ...]:
    """The windows of the text without its e-mail addresses."""
    return windows(_MAIL.sub("e-mail", text))


def windows(text: str) -> tuple[str, ...]:
    """Overlapping windows that begin and end between words.

    A short text is looked at as a whole, and so is each of its sentences that has a word of an attack.
    """
    if len(text) > SIZE:
        return tuple(_cut(text))
    sentences = [each for each in _END.split(text.strip()) if each]
    if not 1 < len(sentences) <= SENTENCES:
        return (text,)
    return (text, *(each for each in sentences if has_words(each)))


def _cut(text: str) -> Iterator[str]:
    start = 0
    while len(text) - start > SIZE:
        end = _space(text, start + SIZE // 2, start + SIZE)
        yield text[start:end]
        start = min(_space(text, end - OVERLAP, end - OVERLAP // 2), end)
    yield text[start:]


def _space(text: str, first: int, last: int) -> int:
    """The place of the last space in this part of the text, or its end."""
    place = text.rfind(" ", first, last)
    return last if place < 0 else place
