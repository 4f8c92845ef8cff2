"""Propose how a message with several requests divides; the classifier decides afterwards what each one is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import islice

from hybrid_agent.slots.model import MAX_TEXT
from hybrid_agent.slots.words import any_of

MAX_REQUESTS = 4
_LEAST_WORDS = 3
_MAX_UNITS = 60
_REACH = 300
_END = re.compile(r"[.!?]+(?=\s|$)|\n+|;(?=\s)")
_ITEM = re.compile(r"\s*(?:[-*\u2022]|\(?\d{1,2}[.)])\s+")
_LIST_NUMBER = re.compile(r"(?:^|\n)\s{0,2}\d{1,2}$")
_NUMBER = re.compile(r"\d{2,}")


@dataclass(frozen=True, slots=True)
class _Openers:
    lead: re.Pattern[str]
    asking: re.Pattern[str]
    wanting: re.Pattern[str]
    command: re.Pattern[str]
    additive: re.Pattern[str]
    back: re.Pattern[str]
    join: re.Pattern[str]
    reason: re.Pattern[str]
    follow_up: re.Pattern[str]
    abbreviation: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence or clause: `body` is it without "also" and greetings."""

    text: str
    body: str
    additive: bool
    request: bool
    back: bool


def split_requests(text: str) -> tuple[str, ...]:
    """The requests of a message in order, at most MAX_REQUESTS; one if in doubt, none if it is empty.

    Reasons and details stay with the request that they belong to.
    """
    whole = text.strip()
    if not whole:
        return ()
    openers = _openers()
    units = [_unit(part, openers) for part in _clauses(whole[:MAX_TEXT], openers)]
    groups = _grouped(units)
    if len(groups) < 2:
        return (whole,)
    rest = [unit for group in groups[MAX_REQUESTS - 1 :] for unit in group]
    kept = [*groups[: MAX_REQUESTS - 1], rest] if len(groups) > MAX_REQUESTS else groups
    return tuple(_said(group) for group in kept)


def _grouped(units: Sequence[_Unit]) -> list[list[_Unit]]:
    groups: list[list[_Unit]] = [[]]
    for index, unit in enumerate(units):
        following = units[index + 1] if index + 1 < len(units) else None
        if any(one.request for one in groups[-1]) and _begins(unit, following):
            groups.append([])
        groups[-1].append(unit)
    return groups


def _begins(unit: _Unit, following: _Unit | None) -> bool:
    """Whether a new request begins here, where one has been made before."""
    if unit.additive:
        return unit.request
    if unit.request:
        return not unit.back
    opens = following is not None and following.request and following.back and not following.additive
    told = unit.back or any(char.isdigit() for char in unit.body)
    return opens and not told and len(unit.body.split()) >= _LEAST_WORDS


def _said(group: Sequence[_Unit]) -> str:
    first, *others = group
    return " ".join([first.body if first.additive else first.text, *(one.text for one in others)])


def _clauses(text: str, openers: _Openers) -> list[str]:
    """Sentences and list items, and these again at an "and" between two requests."""
    clauses: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if match[0] == "." and _inside(text, match, openers):
            continue
        clauses.extend(_at_joins(text[start : match.end()].strip(), openers))
        start = match.end()
        if len(clauses) >= _MAX_UNITS:
            break
    clauses.extend(_at_joins(text[start:].strip(), openers))
    return [clause for clause in clauses if clause]


def _inside(text: str, stop: re.Match[str], openers: _Openers) -> bool:
    """Whether this full stop ends an abbreviation ("no. 1042") or a list number, not a sentence."""
    if _LIST_NUMBER.search(text[: stop.start()][-4:]):
        return True
    if openers.asking.match(text, stop.end()) or openers.wanting.match(text, stop.end()):
        return False
    return openers.abbreviation.search(text[max(0, stop.start() - 12) : stop.start()]) is not None


def _at_joins(sentence: str, openers: _Openers) -> list[str]:
    clauses, start = [], 0
    for match in islice(openers.join.finditer(sentence), _MAX_UNITS):
        left, right = sentence[start : match.start()], sentence[match.end() : match.end() + _REACH]
        if _is_request(_body(left, openers), openers) and _new_after_and(left, right, openers):
            clauses.append(left.strip())
            start = match.end()
    return [*clauses, sentence[start:].strip()]


def _new_after_and(left: str, right: str, openers: _Openers) -> bool:
    body = _body(right, openers)
    if _follows_up(body, openers):
        return False
    if len(body.split()) < _LEAST_WORDS and not _NUMBER.search(body):
        return False
    if openers.asking.match(body) or (openers.additive.match(right) and _is_request(body, openers)):
        return True
    if openers.reason.search(left):
        return False
    if openers.wanting.match(body):
        return not _points_back(body, openers)
    named, before = set(_NUMBER.findall(body)), set(_NUMBER.findall(left))
    return openers.command.match(body) is not None and bool(named and before and named.isdisjoint(before))


def _unit(text: str, openers: _Openers) -> _Unit:
    item = _ITEM.match(text)
    bare = text[item.end() :] if item else text
    lead = openers.lead.match(bare)
    additive = lead is not None and openers.additive.search(lead[0]) is not None
    body = bare[lead.end() :] if lead else bare
    problem = (additive or item is not None) and len(body.split()) >= _LEAST_WORDS
    request = problem or _is_request(body, openers)
    back = not openers.asking.match(body) and _points_back(body, openers)
    pointing = (
        openers.asking.match(body) is not None and _points_back(body, openers) and not _NUMBER.search(body)
    )
    pointing = pointing or _follows_up(body, openers)
    return _Unit(bare if item else text, body, additive or item is not None, request, back or pointing)


def _is_request(body: str, openers: _Openers) -> bool:
    if len(body.split()) < 2 or _follows_up(body, openers):
        return False
    opened = (openers.asking, openers.wanting, openers.command)
    return body.rstrip().endswith("?") or any(pattern.match(body) for pattern in opened)


def _follows_up(body: str, openers: _Openers) -> bool:
    """Whether a question is only about what was said before: "What is going on?", "How long?"."""
    return openers.follow_up.match(body) is not None and not _NUMBER.search(body)


def _points_back(body: str, openers: _Openers) -> bool:
    return openers.back.search(body) is not None and not _NUMBER.search(body)


def _body(text: str, openers: _Openers) -> str:
    lead = openers.lead.match(text)
    return text[lead.end() :] if lead else text


@lru_cache(maxsize=1)
def _openers() -> _Openers:
    words: dict[str, list[str]] = tomllib.loads(
        files(__package__).joinpath("split.toml").read_text(encoding="utf-8")
    )
    lead = any_of(
        [*words["joins"], *words["additive"], *words["greeting"], "so", "then", "well", "ok", "okay"]
    )
    return _Openers(
        lead=_compile(rf"[\s,.!:-]{{0,5}}(?:{lead}(?![\w'])(?:\sthere(?!\w))?[\s,.!:-]{{0,5}}){{1,4}}"),
        asking=_compile(rf"[\s,]{{0,3}}{any_of(words['asking'])}(?!\w)"),
        wanting=_compile(rf"[\s,]{{0,3}}{any_of(words['wanting'])}(?!\w)"),
        command=_compile(rf"[\s,]{{0,3}}{any_of(words['commands'])}(?!\w)"),
        additive=_compile(rf"(?<!\w){any_of(words['additive'])}(?!\w)"),
        back=_compile(rf"(?<!\w){any_of(words['back'])}(?!\w)"),
        join=_compile(rf"[\s,]{{1,3}}{any_of([*words['joins'], 'also'])}\s{{1,3}}|,\s{{1,3}}(?=also\b)"),
        reason=_compile(rf"(?<!\w){any_of(words['reasons'])}(?!\w)"),
        follow_up=_compile(rf"[\s,]{{0,3}}{any_of(words['follow_ups'])}(?:\s[\w']+){{0,2}}\W{{0,5}}$"),
        abbreviation=_compile(rf"(?<!\w)(?:{any_of(words['abbreviations'])}|\w)$"),
    )


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
