"""The language of a message: by its small words, between relatives and in other scripts by lingua."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from hybrid_agent.frozen import Frozen

if TYPE_CHECKING:
    from lingua import LanguageDetector

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|\w*\d\w*")
_NOT_LATIN = re.compile(r"[\u0370-\u1dff\u3040-\u9fff\uac00-\ud7af]")
LEAST_SHARE, LEAST_LETTERS = 0.5, 2
"""The letters of another script that a message must have, as a share and a number, for it to decide."""
OTHER_SCRIPTS = ("ar", "el", "he", "hi", "ja", "ko", "ru", "th", "uk", "zh")
"""Languages without Latin letters that are told apart beside those with words of their own."""
LEAST_HITS = 2
"""Small words of another language that a message must have: one may be part of a name."""


class Language(Frozen):
    """A language: its small words, the notice for those who write in it, and what others call it."""

    words: frozenset[str]
    notice: str
    names: Mapping[str, str]


def other_language(text: str, own: str) -> str | None:
    """The ISO 639-1 code of the language of a text, if it surely is not `own`; else None.

    Too short to tell, only numbers, names or addresses: None. Blocks while lingua loads, at the first text
    that two languages contend for.
    """
    plain = _ADDRESS.sub(" ", text)
    letters = [char for char in plain if char.isalpha()]
    foreign = sum(1 for char in letters if _NOT_LATIN.match(char))
    if foreign >= LEAST_LETTERS and foreign > LEAST_SHARE * len(letters):
        found = _by_lingua(plain, None)
        return None if found == own else found
    words = [word.lower().replace("\u2019", "'") for word in _WORD.findall(plain)]
    hits = {code: sum(word in each.words for word in words) for code, each in languages().items()}
    best = max(hits.values())
    if best < LEAST_HITS or hits.get(own, 0) >= best:
        return None
    leaders = [code for code, count in hits.items() if count == best]
    return leaders[0] if len(leaders) == 1 else _by_lingua(plain, leaders)


def notice(language: str, own: str) -> str | None:
    """What somebody who writes in `language` is told once; None where there are no words for it."""
    known = languages()
    name = known[own].names.get(language) if own in known else None
    return known[language].notice.format(name=name) if language in known and name else None


@cache
def languages() -> Mapping[str, Language]:
    """The languages by their ISO 639-1 code."""
    read = tomllib.loads(files(__package__).joinpath("languages.toml").read_text(encoding="utf-8"))
    made = {
        code: Language.model_validate({**each, "words": each["words"].split()}) for code, each in read.items()
    }
    return MappingProxyType(made)


def _by_lingua(text: str, among: Collection[str] | None) -> str | None:
    """The likeliest language, of these codes or of all."""
    for each in _lingua().compute_language_confidence_values(text):
        code = each.language.iso_code_639_1.name.lower()
        if each.value > 0 and (among is None or code in among):
            return code
    return None


@cache
def _lingua() -> LanguageDetector:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    among = [IsoCode639_1.from_str(code) for code in (*languages(), *OTHER_SCRIPTS)]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*among).with_low_accuracy_mode().build()
