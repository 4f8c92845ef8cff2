"""A long text in windows: an instruction inside a forwarded message must not drown in the rest of it."""

from collections.abc import Iterator

SIZE = 500
"""Characters of a window: about as many word pieces as an encoder reads well at once."""
OVERLAP = 100


def windows(text: str) -> tuple[str, ...]:
    """The text, or overlapping windows that begin and end between words."""
    return tuple(_cut(text)) if len(text) > SIZE else (text,)


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
