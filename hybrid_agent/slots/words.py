"""The word lists and facts in the TOML files beside this module, read once when first needed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Any

_FILES = ("words.toml", "places.toml", "dates.toml", "streets.toml")


@lru_cache(maxsize=1)
def tables() -> dict[str, Any]:
    """All tables of the data files by name, such as "answers", "countries" or "dates"."""
    here = files(__package__)
    read = [tomllib.loads(here.joinpath(name).read_text(encoding="utf-8")) for name in _FILES]
    return {name: value for one in read for name, value in one.items()}


def table(name: str) -> dict[str, Any]:
    """One table of the data files."""
    found: dict[str, Any] = tables()[name]
    return found


def any_of(words: Iterable[str]) -> str:
    """A regex part that matches any of the words, the longest first, with any run of spaces inside."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s{1,3}") for word in ordered) + ")"
