"""A text as statements: its segments with their words, deeds, polarity, conditions and claims."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from hybrid_agent.guardrails.claims import Claim, claims
from hybrid_agent.guardrails.folding import plain_words
from hybrid_agent.guardrails.lexicon import Lexicon, lexicon, tables
from hybrid_agent.guardrails.stems import stem
from hybrid_agent.guardrails.telling import Deed, denies, told_deeds

_SENTENCE = re.compile(
    r"(?<=[.!?;:])\s+|\n+|,\s(?=(?:and|but|so|because|or|yet|while|though|although|never|not)\s)|\s-+\s"
    r"|\s(?=(?:and|but)\snot\s)"
    r"|\s(?=(?:and|but)\s(?:is|are|was|were|has|have|had|can|can't|cannot|will|may|must|does|do|did|it|they"
    r"|you|your|we|i)(?:n't)?\b)"
    r"|\s(?=(?:and|but)\s(?:costs?|takes?|arrives?|comes?|works?|gets?|covers?|goes|pays?|lasts?|includes?"
    r"|needs?)\b)"
)
_AMOUNT = r"(?:[€$£]|[a-z]{3} )?\d(?:[\d.,]*\d)?(?:\s?(?:[€$£]|[a-z]{3,7}\b))?"
_WHOLE = re.compile(rf"(?P<part>{_AMOUNT})\s(?:out )?of (?:the |your |a total of |a )?(?P<whole>{_AMOUNT})")
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|can|cannot|could|may|might|must|will|shall|should|would|has|have|had|do|does|did|"
    r"needs?|gets?|costs?|takes?|arrives?|comes?|works?|pays?|starts?|begins?|ends?|uses?|sends?|goes|go|stays?|"
    r"lasts?|covers?|includes?|calls?|applies|apply|belongs?|receives?|reaches|remains?|keeps?|allows?)(?:n't)?\b|'(?:s|re|ll)\b"
)
_REFERS = re.compile(r"\b(?:it|that|this|they|them|these|those|there|its|then|one|so|both|otherwise)\b")
_OPENING = r"(?:(?:and|but|so|please note that|note that|that means),?\s)?"
_INDEFINITE = re.compile(
    rf"{_OPENING}(?:(?:an?|any|all|every|each|our|most|some)\b"
    r"|(?!(?:the|your|this|these|those|its?|his|my|there|please)\b)"
    r"(?:[a-z'-]+\s){0,2}(?:[a-z]{3,}s|children|people)\s)"
)
_YOU = re.compile(rf"{_OPENING}you\b")
_PEOPLE = re.compile(
    r"\b(?:customers|members|guests|students|pensioners|people|persons|children|patients|owners|users|clients"
    r"|subscribers|travellers|passengers|holders|those|anyone|whoever)\b"
)
_ALTERNATIVES = re.compile(r",\s|\s(?:and|or|such as|like|for example)\s")
_GOES_ON = re.compile(r"(?:and|but)\s(?!(?:it|they|you|we|i)\b)")
_FRAGMENT = re.compile(r"(?:never|not)\b")
_UNLESS = re.compile(r"\b(?:if|when|once|unless|as soon as|in case|without|until|before|after|whether)\b")
_NAMED = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")
_WORD = re.compile(r"~?[^\W\d_]+(?:'[^\W\d_]+)?(?:_[a-z]+)?")
_BROUGHT = re.compile(
    r"\b(?:bring|take|hand|give|send)\s(?P<what>(?:(?:it|them)|(?:the|your)(?:\s\w+){1,3}))\sback\b"
)


class Clause(NamedTuple):
    """The words and claims of a part of a segment."""

    stems: frozenset[str]
    claims: frozenset[Claim]


@dataclass(frozen=True, slots=True)
class Segment:
    """One statement of a text. `wholes` are the amounts of which another one is a part: "20 of 50 euros";
    `excess` those parts that are more than their whole.

    `subject` are the content words before the verb, `subjects` the same for each of several that it names,
    `indefinite` says that those are all of a kind, `of_people` that they are people, `to_you` that it is
    "you"; `context` are the words of the statement before, where this one refers back. `limits` are the
    claims up to which it holds. `denied` is of the
    statement itself, `denied_if` of the conditions that stand in it. `low` are its plain words.
    """

    low: str
    stems: frozenset[str]
    subject: frozenset[str]
    subjects: tuple[frozenset[str], ...]
    of_people: bool
    to_you: bool
    context: frozenset[str]
    indefinite: bool
    deeds: frozenset[Deed]
    claims: frozenset[Claim]
    wholes: frozenset[Claim]
    excess: frozenset[Claim]
    clauses: tuple[Clause, ...]
    conditions: frozenset[str]
    strict: frozenset[str]
    limits: frozenset[Claim]
    denied: bool
    denied_if: bool
    hedged: bool
    sure: bool
    general: bool


@lru_cache(maxsize=2048)
def segments(text: str) -> tuple[Segment, ...]:
    """The statements of a text in order, without its courtesies."""
    lists = lexicon()
    plain = lists.courtesy.sub(" ", lists.opener.sub(" ", plain_words(text)))
    return tuple(_in_context([part for part in _SENTENCE.split(plain) if part.strip(" .,!?;:-")]))


def _in_context(parts: Iterable[str]) -> Iterator[Segment]:
    """The statements; one that goes on after "and", or refers back, knows the words of the one before."""
    last: Segment | None = None
    for part in parts:
        new = segment(part)
        if last is not None and _GOES_ON.match(part):
            new = replace(
                new,
                stems=new.stems | last.subject,
                subject=last.subject | new.subject,
                subjects=last.subjects,
            )
        if last is not None and (_REFERS.search(part) or _FRAGMENT.match(part)):
            new = replace(new, context=last.stems | last.context)
        yield new
        last = new


@lru_cache(maxsize=4096)
def segment(low: str, *, deeds: bool = True) -> Segment:
    """One statement, given in plain words; without `deeds` it only lends its words and claims."""
    lists = lexicon()
    low = in_one_form(low)
    bare = _NAMED.sub(" ", low)
    denials = lists.idle_no.sub(" ", bare)
    kept_strict = lists.idle_strict.sub(" ", bare)
    denied, denied_if = _polarity(denials, lists)
    verb = _VERB.search(_leading(bare))
    before = _leading(bare)[: verb.start()] if verb else ""
    return Segment(
        low=low,
        stems=stems(bare),
        subject=stems(before),
        subjects=tuple(each for part in _ALTERNATIVES.split(before) if (each := stems(part))),
        of_people=_PEOPLE.search(before) is not None,
        to_you=_YOU.match(_leading(bare).strip()) is not None,
        context=frozenset(),
        indefinite=_INDEFINITE.match(_leading(bare).strip()) is not None,
        deeds=frozenset(told_deeds(denials, lists)) if deeds else frozenset(),
        claims=claims(low),
        wholes=frozenset(each for match in _WHOLE.finditer(low) for each in claims(match["whole"])),
        excess=frozenset(each for match in _WHOLE.finditer(low) for each in _excess(match)),
        clauses=tuple(_clauses(low, lists)),
        conditions=frozenset(name for name, them in lists.conditions.items() if them.search(bare)),
        strict=_strict(kept_strict, lists),
        limits=frozenset(each for match in lists.limit.finditer(low) for each in claims(match["limit"])),
        denied=denied,
        denied_if=denied_if,
        hedged=lists.mood["hedges"].search(bare) is not None,
        sure=lists.mood["sure"].search(bare) is not None,
        general=lists.general.search(kept_strict) is not None,
    )


def _excess(match: re.Match[str]) -> frozenset[Claim]:
    part, whole = (
        {
            each: float(each.value)
            for each in claims(match[name])
            if each.kind == "number" and each.value.isdecimal()
        }
        for name in ("part", "whole")
    )
    return frozenset(part) if part and whole and min(part.values()) > max(whole.values()) else frozenset()


def _leading(low: str) -> str:
    """The statement without a condition in front of it: "if it is lost, ..." ."""
    return low.partition(",")[2].strip() if _UNLESS.match(low.strip()) and "," in low else low


def _polarity(low: str, lists: Lexicon) -> tuple[bool, bool]:
    """Whether a statement denies by itself, and whether its conditions do ("without" denies in one)."""
    said, conditions = list[str](), list[str]()
    for part in re.split(rf",\s|\s(?={_UNLESS.pattern})", low.strip()):
        (conditions if _UNLESS.match(part) else said).append(part)
    return (
        denies(" ".join(said), lists),
        sum(len(lists.no.findall(each)) + each.startswith("without") for each in conditions) % 2 == 1,
    )


def in_one_form(low: str) -> str:
    """Plain words with one phrase for each of those that are read alike: "free" for "free of charge"."""
    lists = lexicon()
    low = _BROUGHT.sub(r"return \g<what>", _between().sub(r"from \g<first> to \g<last>", low))
    return lists.idiom.sub(lambda match: lists.idioms[match[0]], low)


@lru_cache(maxsize=1)
def _between() -> re.Pattern[str]:
    counting = tables()["counting"]
    end = rf"\d[\d:.,]*|{'|'.join([*counting['months'], *counting['weekdays']])}"
    return re.compile(rf"\bbetween\s(?P<first>{end})\sand\s(?P<last>{end})\b")


def _strict(low: str, lists: Lexicon) -> frozenset[str]:
    places = lists.place.findall(lists.idle_place.sub(" ", lists.deed.sub(" ", low)))
    roots = (stem(each) for each in (*lists.strict.findall(low), *places))
    return frozenset(lists.same.get(root, root) for root in roots)


@lru_cache(maxsize=4096)
def stems(low: str) -> frozenset[str]:
    """The content words of a text in plain words, each by its stem or the name of its group."""
    lists = lexicon()
    bare = _NAMED.sub(" ", in_one_form(low))
    grouped = lists.deed.sub(lambda match: f" ~{lists.deeds[match[0]][0]} ", bare)
    found = set()
    for word in _WORD.findall(grouped):
        if word[0] == "~":
            found.add(lists.same.get(word, word))
        elif word not in lists.plain:
            root = stem(word)
            found.add(lists.same.get(root, root))
    return frozenset(found)


def _clauses(low: str, lists: Lexicon) -> Iterator[Clause]:
    """The clauses; one without words of its own, such as "9:00 to 18:00", belongs to the one before."""
    last: Clause | None = None
    for part in lists.part.split(low):
        new = Clause(stems(part), claims(part))
        if last is not None and new.stems:
            yield last
            last = new
        else:
            last = Clause(new.stems | last.stems, new.claims | last.claims) if last else new
    if last is not None:
        yield last
