"""Questions with options: which one a customer means, by its number, its place or its words."""

import re
from collections.abc import Mapping

_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_NUMBER = re.compile(r"(?:option|number|no\.?|nr\.?)?\s*([1-9])[.)]?")
_FILLER = re.compile(r"\b(?:the|one|please|option|number|it'?s|it is|i mean|i meant|about|that)\b")


def chosen(options: Mapping[str, str], text: str) -> str | None:
    """The option that the text names and no other; `options` maps each value to the words shown for it."""
    said = bare(text)
    values = list(options)
    if match := _NUMBER.fullmatch(said):
        place = int(match[1]) - 1
        return values[place] if place < len(values) else None
    if said == "last":
        return values[-1]
    if said in _ORDINALS and _ORDINALS.index(said) < len(values):
        return values[_ORDINALS.index(said)]
    named = [value for value, shown in options.items() if said and _names(said, value, shown)]
    return named[0] if len(named) == 1 else None


def bare(text: str) -> str:
    """The text in lower case without the words that only point: "the second one please" is "second"."""
    return " ".join(_FILLER.sub(" ", text.lower()).split()).strip(" .!,?")


def _names(said: str, value: str, shown: str) -> bool:
    plain = " ".join(shown.lower().split())
    return said in (plain, value.lower(), value.lower().replace("_", " ")) or (
        len(plain) > 3 and plain in said
    )


def spoken(options: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Each option's value with the words that mean it, for the recogniser of choices."""
    last = len(options)
    return {
        value: (shown, str(number), *_ORDINALS[number - 1 : number], *(["last"] * (number == last)))
        for number, (value, shown) in enumerate(options.items(), 1)
    }
