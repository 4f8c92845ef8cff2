"""Whether what a sentence of a model says is said by what it rests on: words, deeds, polarity, conditions."""

import re
from collections.abc import Iterator, Sequence

from hybrid_agent.guardrails.aligning import aligned
from hybrid_agent.guardrails.basis import Support
from hybrid_agent.guardrails.carrying import carried
from hybrid_agent.guardrails.claims import CODES, Claim
from hybrid_agent.guardrails.folding import folded, plain_words
from hybrid_agent.guardrails.forbidden import Broken
from hybrid_agent.guardrails.lexicon import lexicon
from hybrid_agent.guardrails.meaning import Words
from hybrid_agent.guardrails.naming import perfects, runs, torn
from hybrid_agent.guardrails.narrowing import narrower, opposed
from hybrid_agent.guardrails.placing import misplaced
from hybrid_agent.guardrails.qualifying import parts, roots
from hybrid_agent.guardrails.reading import Segment, segments, stems
from hybrid_agent.guardrails.telling import Deed

UNSUPPORTED_WORDS = "unsupported_words"
"""The rule that nearness in meaning may outweigh: too many words of its own."""

LEAST_SUPPORTED = 0.65
"""The part of a sentence's content words that its support must hold."""

SHORT = 6
"""The content words below which a sentence may hold none of its own: one word can turn it round."""

COMPARED = ("money", "date", "time", "percent", "day")
"""The kinds of claims that a statement which is about the same must not give otherwise."""

RECEIVING = "receive"
"""The deeds by which the customer gets something."""

RULES = ("possible", "plain", "noun", "rule")
"""The moods that tell how things are done and of no case; there a deed that is not told of is a word."""

NEARLY = 0.8
"""The part of a statement's words that make it said but for its limits."""

CONDITIONS = frozenset({"if", "without", "except"})
"""The classes of conditions that say when, and may deny."""

PERSONS = frozenset({"=client"})
"""Words for whoever is served, which "you" may stand for."""

SHORTEST = 2
"""The letters of the longest unit of measurement, which is no word of its own: "gb", "kg"."""

WHOLE = 0.6
"""The part of a statement's words that must be said where it is said of all or always."""

_ACCEPTS = {
    "done": {"done"},
    "state": {"done", "state", "rule"},
    "promise": {"promise", "plain", "state", "rule"},
    "plain": {"plain", "promise", "state", "done", "rule"},
    "rule": {"plain", "promise", "state", "done", "rule", "possible", "noun"},
    "possible": {"possible", "plain", "promise", "state", "rule"},
    "noun": {"done", "state", "promise", "plain", "possible", "noun", "rule"},
}
_YES_NO = re.compile(r"(?:yes|no)(?=[,.!:]| -)")
_NAME = re.compile(r"(?:(?<=[\w,;] )[A-Z][a-z]{2,}|\b[A-Z]{2,})\b(?![\w'@.]*[\d@])")


def unsupported(text: str, support: Support) -> Iterator[Broken]:
    """What a sentence says beyond, or against, its support."""
    said = segments(text)
    yield from _words(text, said, support)
    yield from _names(text, support)
    yield from _exchanged(text, support)
    conditions = frozenset[str]().union(*(each.conditions for each in said))
    yield from _answer(text, support)
    yield from narrower(said, support)
    yield from opposed(said, support)
    for segment in said:
        yield from _deeds(segment, support)
        yield from _against(segment, conditions, support)
        yield from _limits(segment, frozenset[Claim]().union(*(each.claims for each in said)), support)
        yield from (Broken("misplaced_claim", each.value) for each in misplaced(segment, support))


def words_of(text: str, support: Support) -> Words:
    """How many content words a sentence has, and how many of them its support lacks."""
    said = segments(text)
    lacking = frozenset[str]().union(*(each.stems for each in said)) - support.stems
    return Words(
        count=len(frozenset[str]().union(*(each.stems for each in said))),
        lacking=len(lacking),
        conditional=any(each.stems & lacking for each in said if each.conditions & CONDITIONS),
    )


def _words(text: str, said: Sequence[Segment], support: Support) -> Iterator[Broken]:
    content = frozenset[str]().union(*(each.stems for each in said))
    lacking = content - support.stems
    least = LEAST_SUPPORTED if len(content) >= SHORT else 1.0
    if content and 1 - len(lacking) / len(content) < least:
        yield Broken(UNSUPPORTED_WORDS, " ".join(sorted(lacking)))
    if not content and said and not any(each.claims for each in said):
        yield Broken("nothing_said", "nothing but plain words")
    strict = frozenset[str]().union(*(each.strict for each in said)) - support.strict - support.worded
    if strict:
        yield Broken("unsupported_word", " ".join(sorted(strict)))


def _names(text: str, support: Support) -> Iterator[Broken]:
    lists = lexicon()
    for match in _NAME.finditer(folded(text)):
        low = match[0].lower()
        if low not in lists.plain and low not in CODES and not stems(low) <= support.stems:
            yield Broken("unsupported_name", match[0])


def _exchanged(text: str, support: Support) -> Iterator[Broken]:
    """Names put together from several or told of another field; what is said to be done and nowhere is."""
    low = plain_words(text)
    spoken = runs(text)
    for run in spoken:
        if torn(run, support.names):
            yield Broken("misplaced_name", " ".join(run))
    named = [each for each in support.fields if each.value and each.name]
    spoken_roots = roots(low)
    for one in (each for each in named if " ".join(each.value) in low):
        if any(
            each.name <= spoken_roots
            and (not one.name <= spoken_roots or one.name < each.name)
            and not set(each.value) & set(low.split())
            for each in named
        ):
            yield Broken("misplaced_name", " ".join(one.value))
    for done in perfects(low):
        if done not in support.literal and done not in lexicon().deeds:
            yield Broken("unsupported_deed", done)


def _deeds(segment: Segment, support: Support) -> Iterator[Broken]:
    for deed in sorted(segment.deeds):
        alike = [each for each in support.deeds if each.group == deed.group]
        if deed.mood in RULES:
            told = not alike or any(_agrees(each, deed) for each in alike)
        else:
            told = any(_tells(each, deed) for each in alike)
        if not told:
            yield Broken("unsupported_deed", f"{deed.group} ({'not ' if deed.denied else ''}{deed.mood})")


def _tells(known: Deed, said: Deed) -> bool:
    if said.open:
        return True
    mood = "possible" if known.open and known.mood in ("done", "state", "promise", "rule") else known.mood
    return _agrees(known, said) and mood in _ACCEPTS[said.mood]


def _agrees(known: Deed, said: Deed) -> bool:
    """Whether both are told of the same one, and neither denies what the other tells."""
    if known.actor and said.actor and known.actor != said.actor:
        return False
    return said.open or known.denied == said.denied


def _answer(text: str, support: Support) -> Iterator[Broken]:
    """A yes where a point begins with no, or the other way round."""
    said = _YES_NO.match(plain_words(text))
    if said and any((told := _YES_NO.match(each)) and told[0] != said[0] for each in support.openings):
        yield Broken("changed_polarity", said[0])


def _against(segment: Segment, conditions: frozenset[str], support: Support) -> Iterator[Broken]:
    """What a segment changes of the statements about the same; nothing if one of them says it as it is."""
    near = aligned(segment, support.prose)
    if not near:
        yield from _against_fields(segment, support)
        return
    holding = [each for each in near if all(carried(claim, each.claims) for claim in segment.claims)]
    found = [list(_changed(segment, conditions, each, support)) for each in holding or near]
    yield from min(found, key=len)


def _limits(segment: Segment, told: frozenset[Claim], support: Support) -> Iterator[Broken]:
    """The limits of a statement that is said whole but for them."""
    for each in aligned(segment, support.texts):
        if each.denied == segment.denied and len(segment.stems & each.stems) >= NEARLY * len(each.stems):
            lost = [limit for limit in each.limits if not carried(limit, told, strictly=True)]
            if each.limits and len(lost) == len(each.limits):
                yield Broken("lost_limit", " ".join(sorted(limit.value for limit in lost)))


def _against_fields(segment: Segment, support: Support) -> Iterator[Broken]:
    """A denial that no field makes, or the other way round."""
    shares = [
        (len(segment.stems & (each.said.stems | each.place)), each.said.denied)
        for each in support.fields
        if each.name & segment.stems
    ]
    best = max((share for share, _ in shares), default=0)
    near = [denied for share, denied in shares if share == best > 0]
    if segment.denied in near:
        return
    if near or any(each.denied and not each.stems for each in support.all):
        if near:
            yield Broken("changed_polarity", "denied" if segment.denied else "affirmed")
    elif segment.denied and (segment.stems or "if" not in segment.conditions):
        yield Broken("changed_polarity", "denied" if segment.denied else "affirmed")


def _changed(
    segment: Segment, conditions: frozenset[str], told: Segment, support: Support
) -> Iterator[Broken]:
    lists = lexicon()
    if told.denied != segment.denied:
        yield Broken("changed_polarity", "denied" if segment.denied else "affirmed")
    if told.denied_if != segment.denied_if and _has_condition(told) and _has_condition(segment):
        yield Broken("changed_polarity", "in a condition")
    if told.hedged and segment.sure and not segment.hedged:
        yield Broken("lost_hedge", "certain")
    if dropped := sorted(name for name in told.conditions & lists.binding if not _similar(name, conditions)):
        yield Broken("dropped_condition", " ".join(dropped))
    owed = segment.conditions & lists.owed
    if added := sorted(name for name in owed if not _similar(name, told.conditions)):
        yield Broken("added_condition", " ".join(added))
    if segment.general and not told.general and len(segment.stems & told.stems) < WHOLE * len(told.stems):
        yield Broken("generalised", " ".join(sorted(told.stems - segment.stems)))
    if segment.indefinite or (segment.to_you and told.of_people):
        lost = [each - segment.stems - PERSONS for each in told.subjects]
        if lost and all(lost) and not _of_later_part(roots(segment.low), told):
            yield Broken("lost_scope", " ".join(min(sorted(each) for each in lost)))
    for claim in sorted(segment.claims):
        rival = any(each.kind == claim.kind for each in told.claims)
        elsewhere = told not in support.texts or any(carried(claim, each.claims) for each in support.fields)
        if claim.kind in COMPARED and rival and not elsewhere and not carried(claim, told.claims):
            yield Broken("misplaced_claim", claim.value)
    foreign = _foreign(segment, told, support)
    if foreign:
        yield Broken("spliced", " ".join(sorted(foreign)))


def _of_later_part(here: frozenset[str], told: Segment) -> bool:
    """Whether it is said of what a later part of the statement tells of: "books 28 days, films 7"."""
    first, *others = parts(told.low) or (None,)
    if first is None:
        return False
    known = first.rest | {first.lead}
    return any(
        each.lead in here if each.lead not in known else (each.rest - known) & here for each in others if each
    )


def _foreign(segment: Segment, told: Segment, support: Support) -> frozenset[str]:
    """Words from another statement of a text, or of something to be received that this one does not name."""
    if any(deed.group == RECEIVING and not deed.open and deed.mood != "done" for deed in segment.deeds):
        return segment.stems - told.stems - {f"~{deed.group}" for deed in segment.deeds if deed.open}
    if told not in support.texts:
        return frozenset()
    return frozenset(
        each for each in (segment.stems & support.read) - told.stems - told.context if len(each) > SHORTEST
    )


def _has_condition(segment: Segment) -> bool:
    return bool(segment.conditions & CONDITIONS)


def _similar(name: str, told: frozenset[str]) -> bool:
    return name in told or any(name in group and group & told for group in lexicon().similar)
