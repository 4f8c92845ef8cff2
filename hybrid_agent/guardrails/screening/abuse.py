"""Insults and threats at staff or bot, by packaged word lists. No model is used."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Abuse(StrEnum):
    """How grave it is: an insult is answered calmly, a threat goes to a person."""

    INSULT = "insult"
    THREAT = "threat"


@dataclass(frozen=True, slots=True)
class _Lists:
    threat: re.Pattern[str]
    insult: re.Pattern[str]


def read_abuse(text: str) -> Abuse | None:
    """The gravest abuse in a text, or None."""
    plain = text.replace("\u2019", "'")
    lists = _lists()
    if lists.threat.search(plain):
        return Abuse.THREAT
    return Abuse.INSULT if lists.insult.search(plain) else None


@cache
def _lists() -> _Lists:
    read = tomllib.loads(files(__package__).joinpath("abuse.toml").read_text(encoding="utf-8"))
    insult = read["insult"]
    between = rf"(?:{_any(insult['between'])}\s+){{0,4}}"
    aimed = rf"{_any(insult['at'])}[\s,]+{between}{_any(insult['words'])}"
    return _Lists(
        threat=_whole(_any(read["threat"]["always"])),
        insult=_whole(rf"(?:{aimed}|{_any(insult['always'])})"),
    )


def _any(phrases: Iterable[str]) -> str:
    """Any of the phrases, the longest first; their spaces are any white space, a last `*` more letters."""
    return rf"(?:{'|'.join(map(_pattern, sorted(phrases, key=len, reverse=True)))})"


def _pattern(phrase: str) -> str:
    stem, star, _ = phrase.partition("*") if phrase.endswith("*") else (phrase, "", "")
    return re.escape(stem).replace(r"\ ", r"\s+") + (r"\w*" if star else "")


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w']){pattern}(?!\w)", re.IGNORECASE)
