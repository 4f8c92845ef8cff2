"""Whether what a sentence of a model says is said by what it rests on: words, deeds, polarity, conditions."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from hybrid_agent.guardrails.carrying import carried
from hybrid_agent.guardrails.claims import CODES, Claim
from hybrid_agent.guardrails.folding import folded, plain_words
from hybrid_agent.guardrails.lexicon import lexicon
from hybrid_agent.guardrails.reading import Clause, Deed, Segment, segments, stems
from hybrid_agent.guardrails.wording import Broken

LEAST_SUPPORTED = 0.65
"""The part of a sentence's content words that its support must hold."""

ALIGNED, CLOSE = 0.34, 0.75
"""The overlap from which a segment is about the same thing, and how near to the best another must come."""

RECEIVING = "receive"
"""The deeds by which the customer gets something."""

WHOLE = 0.6
"""The part of a statement's words that must be said where it is said of all or always."""

_BOUND = ("duration", "money", "date", "time", "percent", "day", "number", "id")
_NAMED = ("number", "id")
_ACCEPTS = {
    "done": {"done"},
    "state": {"done", "state"},
    "promise": {"promise", "plain", "state"},
    "plain": {"plain", "promise", "state", "done"},
    "possible": {"possible", "plain", "promise", "state"},
    "noun": {"done", "state", "promise", "plain", "possible", "noun"},
}
_YES_NO = re.compile(r"(?:yes|no)(?=[,.!:]| -)")
_NAME = re.compile(r"(?:(?<=[\w,;] )[A-Z][a-z]{2,}|\b[A-Z]{2,})\b(?![\w'@.]*[\d@])")


@dataclass(frozen=True)
class Support:
    """What a sentence rests on: the statements of the points, of texts and of records, and what was heard.

    `openings` are the points as they stand, in plain words.
    """

    points: tuple[Segment, ...]
    texts: tuple[Segment, ...]
    fields: tuple[Segment, ...]
    openings: tuple[str, ...]
    heard: str

    @cached_property
    def read(self) -> frozenset[str]:
        """The content words of texts, where statements are about different things."""
        return frozenset[str]().union(*(each.stems for each in self.texts))

    @cached_property
    def prose(self) -> tuple[Segment, ...]:
        """Whole statements, to which a sentence can be aligned."""
        return (*self.points, *self.texts)

    @cached_property
    def all(self) -> tuple[Segment, ...]:
        """Every statement."""
        return (*self.prose, *self.fields)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The content words of all statements."""
        return frozenset[str]().union(*(each.stems for each in self.all))

    @cached_property
    def strict(self) -> frozenset[str]:
        """The words of all statements that a sentence may not add."""
        return frozenset[str]().union(*(each.strict for each in self.all))

    @cached_property
    def deeds(self) -> frozenset[Deed]:
        """The deeds of all statements."""
        return frozenset[Deed]().union(*(each.deeds for each in self.all))


def unsupported(text: str, support: Support) -> Iterator[Broken]:
    """What a sentence says beyond, or against, its support."""
    said = segments(text)
    yield from _words(text, said, support)
    yield from _names(text, support)
    conditions = frozenset[str]().union(*(each.conditions for each in said))
    yield from _answer(text, support)
    for segment in said:
        yield from _deeds(segment, support)
        yield from _against(segment, conditions, support)
        yield from _places(segment, support)


def _words(text: str, said: Sequence[Segment], support: Support) -> Iterator[Broken]:
    content = frozenset[str]().union(*(each.stems for each in said))
    lacking = content - support.stems - stems(plain_words(support.heard))
    if content and 1 - len(lacking) / len(content) < LEAST_SUPPORTED:
        yield Broken("unsupported_words", " ".join(sorted(lacking)))
    strict = frozenset[str]().union(*(each.strict for each in said)) - support.strict
    if strict:
        yield Broken("unsupported_word", " ".join(sorted(strict)))


def _names(text: str, support: Support) -> Iterator[Broken]:
    lists = lexicon()
    for match in _NAME.finditer(folded(text)):
        low = match[0].lower()
        if low not in lists.plain and low not in CODES and not stems(low) <= support.stems:
            yield Broken("unsupported_name", match[0])


def _deeds(segment: Segment, support: Support) -> Iterator[Broken]:
    for deed in sorted(segment.deeds):
        if not any(_tells(known, deed) for known in support.deeds):
            yield Broken("unsupported_deed", f"{deed.group} ({'not ' if deed.denied else ''}{deed.mood})")


def _tells(known: Deed, said: Deed) -> bool:
    if known.group != said.group:
        return False
    if said.open:
        return True
    mood = "possible" if known.open and known.mood in ("done", "state", "promise") else known.mood
    if known.actor and said.actor and known.actor != said.actor:
        return False
    return known.denied == said.denied and mood in _ACCEPTS[said.mood]


def _answer(text: str, support: Support) -> Iterator[Broken]:
    """A yes where a point begins with no, or the other way round."""
    said = _YES_NO.match(plain_words(text))
    if said and any((told := _YES_NO.match(each)) and told[0] != said[0] for each in support.openings):
        yield Broken("changed_polarity", said[0])


def _against(segment: Segment, conditions: frozenset[str], support: Support) -> Iterator[Broken]:
    """What a segment changes of the statements about the same; nothing if one of them says it as it is."""
    near = _aligned(segment, support.prose)
    if not near:
        if segment.denied and segment.stems:
            yield Broken("changed_polarity", "denied")
        return
    found = [list(_changed(segment, conditions, each, support)) for each in near]
    yield from min(found, key=len)


def _aligned(segment: Segment, prose: Sequence[Segment]) -> list[Segment]:
    """The statements that are about the same: those whose words overlap most with the segment's."""
    if not segment.stems:
        return []
    shares = [len(segment.stems & each.stems) / len(segment.stems) for each in prose]
    best = max(shares, default=0.0)
    if best < ALIGNED:
        return []
    return [each for each, share in zip(prose, shares, strict=True) if share >= CLOSE * best]


def _changed(
    segment: Segment, conditions: frozenset[str], told: Segment, support: Support
) -> Iterator[Broken]:
    lists = lexicon()
    if told.denied != segment.denied:
        yield Broken("changed_polarity", "denied" if segment.denied else "affirmed")
    if told.hedged and segment.sure and not segment.hedged:
        yield Broken("lost_hedge", "certain")
    if dropped := sorted(name for name in told.conditions & lists.binding if not _similar(name, conditions)):
        yield Broken("dropped_condition", " ".join(dropped))
    owed = segment.conditions & lists.owed
    if added := sorted(name for name in owed if not _similar(name, told.conditions)):
        yield Broken("added_condition", " ".join(added))
    if segment.general and not told.general and len(segment.stems & told.stems) < WHOLE * len(told.stems):
        yield Broken("generalised", " ".join(sorted(told.stems - segment.stems)))
    foreign = _foreign(segment, told, support)
    if foreign:
        yield Broken("spliced", " ".join(sorted(foreign)))


def _foreign(segment: Segment, told: Segment, support: Support) -> frozenset[str]:
    """Words from another statement of a text, or of something to be received that this one does not name."""
    if any(deed.group == RECEIVING and not deed.open and deed.mood != "done" for deed in segment.deeds):
        return segment.stems - told.stems - {f"~{deed.group}" for deed in segment.deeds if deed.open}
    return (segment.stems & support.read) - told.stems if told in support.texts else frozenset()


def _similar(name: str, told: frozenset[str]) -> bool:
    return name in told or any(name in group and group & told for group in lexicon().similar)


def _places(segment: Segment, support: Support) -> Iterator[Broken]:
    """Claims that stand beside other words than in the support: another field's amount, say."""
    clauses = [clause for each in support.prose for clause in each.clauses if clause.claims]
    for clause in segment.clauses:
        days = _days(clause.claims) or _days(segment.claims)
        for claim in sorted(each for each in clause.claims if each.kind in _BOUND):
            scopes = (
                [segment.stems, clause.stems] if _may_be_swapped(claim, segment, clauses) else [segment.stems]
            )
            whole = claim in segment.wholes
            misplaced = any(_misplaced(claim, words, whole, clauses, support) for words in scopes)
            if misplaced or (claim.kind != "day" and _torn(claim, days, clauses)):
                yield Broken("misplaced_claim", claim.value)


def _days(among: Iterable[Claim]) -> list[Claim]:
    return [each for each in among if each.kind == "day"]


def _torn(claim: Claim, days: Iterable[Claim], clauses: Sequence[Clause]) -> bool:
    """Whether the support gives another claim of the kind for the day: Monday's hours told of Saturday."""
    for day in days:
        beside = [clause.claims for clause in clauses if day in clause.claims]
        if any(_rivals(claim, each) for each in beside) and not any(carried(claim, each) for each in beside):
            return True
    return False


def _may_be_swapped(claim: Claim, segment: Segment, clauses: Sequence[Clause]) -> bool:
    """Whether a statement joins claims of one kind that stand apart in the support."""
    alike = [each for each in segment.claims if each.kind == claim.kind]
    return not any(all(carried(each, clause.claims) for each in alike) for clause in clauses)


def _misplaced(
    claim: Claim, words: frozenset[str], whole: bool, clauses: Sequence[Clause], support: Support
) -> bool:
    holding = [clause.stems for clause in clauses if carried(claim, clause.claims)]
    if not holding:
        fields = [each.stems for each in support.fields if carried(claim, each.claims)]
        return bool(words and fields) and not any(each & words for each in fields)
    if not whole and all(claim in each.wholes for each in support.prose if carried(claim, each.claims)):
        return "total" not in {word.removeprefix("=") for word in words}
    about = frozenset[str]().union(*(each.stems for each in support.all if carried(claim, each.claims)))
    if words and about and not words & about:
        return True
    own = frozenset[str]().union(*holding)
    others = frozenset[str]().union(*(clause.stems for clause in clauses if _rivals(claim, clause.claims)))
    return bool(words & (others - own)) and not words & (own - others)


def _rivals(claim: Claim, others: frozenset[Claim]) -> bool:
    """Whether a clause holds other claims of the kind, but not this one."""
    kinds = _NAMED if claim.kind in _NAMED else (claim.kind,)
    return not carried(claim, others) and any(each.kind in kinds for each in others)
