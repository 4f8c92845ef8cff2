"""The word lists that statements are told apart by, read when first needed."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hybrid_agent.guardrails.reading import stems
from hybrid_agent.guardrails.stems import stem


@dataclass(frozen=True, slots=True)
class Sides:
    """The two answers to one question: how either is said, and which phrase says the first."""

    phrase: re.Pattern[str]
    first: frozenset[str]


@dataclass(frozen=True, slots=True)
class Contrasts:
    """The lists of a language, compiled. `kinds` gives the number of the group that a word belongs to."""

    kind: re.Pattern[str]
    kinds: Mapping[str, int]
    quiet: frozenset[str]
    sides: Mapping[str, Sides]
    light: frozenset[str]
    place: re.Pattern[str]
    conditional: re.Pattern[str]
    instant: re.Pattern[str]
    units: frozenset[str]


@cache
def contrasts() -> Contrasts:
    """The lists for English."""
    lists = tomllib.loads(files(__package__).joinpath("contrasts.toml").read_text(encoding="utf-8"))
    kinds = {word: number for number, group in enumerate(lists["kinds"]["groups"]) for word in group}
    light = lists["light"]["words"]
    return Contrasts(
        kind=_any(kinds),
        kinds=kinds,
        quiet=frozenset(lists["kinds"]["quiet"]),
        sides={
            name: Sides(_any([*one, *other]), frozenset(one)) for name, (one, other) in lists["sides"].items()
        },
        light=frozenset(stem(word) for word in light) | stems(" ".join(light)),
        place=_any(lists["placing"]["words"]),
        conditional=_any(lists["placing"]["conditional"]),
        instant=_any(lists["placing"]["instant"]),
        units=frozenset(stem(word) for word in lists["light"]["units"]),
    )


def _any(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])")
