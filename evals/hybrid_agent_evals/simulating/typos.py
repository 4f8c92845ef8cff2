"""Typing as people do: neighbours on the keyboard, letters left out, doubled or swapped, no capitals."""

from random import Random

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    letter: (row[:place][-1:] + row[place + 1 : place + 2])
    for row in _ROWS
    for place, letter in enumerate(row)
}


def mistyped(text: str, share: float, random: Random, kept: tuple[str, ...] = ()) -> str:
    """The text with about this share of its letters mistyped; the words of `kept` stay as they are."""
    if share <= 0:
        return text
    for piece in kept:
        before, found, after = text.partition(piece) if piece else ("", "", "")
        if found:
            return mistyped(before, share, random, kept) + found + mistyped(after, share, random, kept)
    return "".join(_slip(letter, random) if random.random() < share else letter for letter in text)


def _slip(letter: str, random: Random) -> str:
    near = _NEIGHBOURS.get(letter.lower())
    if near is None:
        return letter
    return random.choice(("", letter + letter, random.choice(near)))
