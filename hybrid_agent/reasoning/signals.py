"""A customer's signals beside the request: anger, repetition, the wish for a person, abuse. No model."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from hybrid_agent.guardrails.screening.abuse import Abuse, read_abuse
from hybrid_agent.slots.fold import fold
from hybrid_agent.slots.words import any_of
from hybrid_agent.state import Signals

_COMPARED = 8
"""Earlier messages that a new one is compared with, the latest ones."""

_COMPARED_CHARS = 600
_LEAST_WORDS = 3
_MAX_REASONS = 8
_MARKS = re.compile(r"(?:!\s?|\?\s?){3,}")
_LETTERS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_CONTRAST = re.compile(r"[.,!?;\n]|\bbut\b|\baber\b|\bmais\b|\bpero\b|\bmaar\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Words:
    facts: dict[str, Any]
    weights: dict[str, float]
    angry: re.Pattern[str]
    calm: re.Pattern[str]
    plain: frozenset[str]
    person: re.Pattern[str]
    alone: re.Pattern[str]
    no_person: re.Pattern[str]
    about_us: re.Pattern[str]
    again: re.Pattern[str]


def read_signals(text: str, earlier: Sequence[str] = ()) -> Signals:
    """Read the signals of a message; `earlier` are the customer's messages before it, oldest first.

    `because` names the signal and the words that led to it, such as "anger: furious".
    """
    plain = fold(text).text
    words = _words()
    angry = list(_angry(plain, words))
    calm = 1.0
    for _, weight in angry:
        calm *= 1 - weight
    again = list(_again(plain, earlier, words))
    person = list(_person(plain, words))
    abuse = read_abuse(plain)
    reasons = [
        *(f"anger: {said}" for said, _ in angry),
        *(f"repetition: {said}" for said in again),
        *(f"person: {said}" for said in person),
        *([f"abuse: {abuse}"] if abuse else []),
    ]
    return Signals(
        anger=round(1 - calm, 2),
        repetition=bool(again),
        wants_person=bool(person),
        insult=abuse is Abuse.INSULT,
        threat=abuse is Abuse.THREAT,
        because=tuple(dict.fromkeys(reasons))[:_MAX_REASONS],
    )


def asking_for_a_person(language: str) -> str:
    """A sentence that is always read as the wish for a person; in English if there is none in `language`."""
    said: dict[str, str] = _words().facts["person"]["said"]
    return said.get(language, said["en"])


def _angry(text: str, words: _Words) -> Iterator[tuple[str, float]]:
    seen: set[str] = set()
    for match in words.angry.finditer(text):
        word = " ".join(match[0].lower().split())
        if word not in seen and not _denied(text, match.start(), words.calm):
            seen.add(word)
            yield word, words.weights[word]
    shouted = _shouted(text, words)
    if shouted:
        yield shouted, float(words.facts["anger"]["shouting"])
    marks = _MARKS.search(text)
    if marks and "!" in marks[0]:
        yield marks[0].strip()[:5], float(words.facts["anger"]["marks"])


def _denied(text: str, start: int, negation: re.Pattern[str]) -> bool:
    """Whether a negation stands shortly before, in the same clause: "I'm not really angry"."""
    clause = _CONTRAST.split(text[max(0, start - 40) : start])[-1]
    return negation.search(clause) is not None


def _shouted(text: str, words: _Words) -> str:
    """The first run of three or more words in capitals that holds a plain word, or nothing."""
    run: list[str] = []
    for word in [*_LETTERS.findall(text), ""]:
        if word.isupper() and word.isascii() | word.isalpha():
            run.append(word)
            continue
        if len(run) >= 3 and sum(word.lower() in words.plain for word in run) >= 1 and len("".join(run)) >= 8:
            return " ".join(run)[:40]
        run = []
    return ""


def _person(text: str, words: _Words) -> Iterator[str]:
    alone = words.alone.fullmatch(text.strip())
    if alone:
        yield alone[0].strip()
        return
    for match in words.person.finditer(text):
        named_only = match["phrase"] and words.about_us.search(text[: match.start()])
        if not named_only and not _denied(text, match.start(), words.no_person):
            yield " ".join(match[0].split())
            return


def _again(text: str, earlier: Sequence[str], words: _Words) -> Iterator[str]:
    said = words.again.search(text)
    if said:
        yield " ".join(said[0].lower().split())
    now = _shape(text)
    if len(now.words) < _LEAST_WORDS:
        return
    least = float(words.facts["repetition"]["alike"])
    if any(_alike(now, _shape(fold(one).text)) >= least for one in earlier[-_COMPARED:]):
        yield "the same as an earlier message"


@dataclass(frozen=True, slots=True)
class _Shape:
    words: tuple[str, ...]
    numbers: frozenset[str]
    grams: frozenset[str]


def _shape(text: str) -> _Shape:
    tokens = re.findall(r"\w+", text[:_COMPARED_CHARS].lower())
    joined = " ".join(tokens)
    grams = frozenset(joined[i : i + 3] for i in range(len(joined) - 2))
    return _Shape(tuple(tokens), frozenset(token for token in tokens if token[0].isdigit()), grams)


def _alike(one: _Shape, other: _Shape) -> float:
    """Dice coefficient of the letter trigrams; 0 where the numbers differ or one is only an answer."""
    if one.numbers != other.numbers or len(other.words) < _LEAST_WORDS:
        return 0.0
    return 2 * len(one.grams & other.grams) / max(1, len(one.grams) + len(other.grams))


@lru_cache(maxsize=1)
def _words() -> _Words:
    facts = tomllib.loads(files(__package__).joinpath("signals.toml").read_text(encoding="utf-8"))
    anger, person = facts["anger"], facts["person"]
    weights = {
        word: anger["weights"][list_] for list_ in ("mild", "medium", "strong") for word in anger[list_]
    }
    between = rf"(?:\s{{1,3}}{any_of(person['between'])}(?!\w)){{0,5}}\s{{1,3}}"
    asks = rf"{any_of(person['ask'])}(?!\w){between}{any_of(person['who'])}"
    anyone = rf"{any_of(person['ask_anyone'])}(?!\w){between}{any_of(person['anyone'])}"
    people = any_of([*person["who"], *person["anyone"]])
    last = rf"{any_of(person['with'])}(?!\w){between}{people}\s{{1,3}}{any_of(person['verb_last'])}"
    return _Words(
        facts=facts,
        weights=weights,
        angry=_word(any_of(weights)),
        calm=_word(any_of(anger["negation"])),
        plain=frozenset(anger["plain"]),
        person=_word(rf"(?:{asks}|{anyone}|{last}|(?P<phrase>{any_of(person['phrases'])}))"),
        alone=_alone(person["alone"]),
        no_person=_word(any_of(person["negation"])),
        about_us=_word(any_of(person["about_us"])),
        again=_word(any_of(facts["repetition"]["phrases"])),
    )


def _alone(words: list[str]) -> re.Pattern[str]:
    before, after = r"(?:(?:please|hi|hello|bitte|por favor)[\s,.!]{1,3})?", r"[\s,.!?]{0,5}"
    return re.compile(rf"{before}{any_of(words)}{after}(?:please|pls|now|bitte)?{after}", re.IGNORECASE)


def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{pattern})(?![\w'])", re.IGNORECASE)
