"""Whether what a sentence of a model says is said by what it rests on: words, deeds, polarity, conditions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from hybrid_agent.guardrails.carrying import carried
from hybrid_agent.guardrails.claims import Claim
from hybrid_agent.guardrails.folding import folded, plain_words
from hybrid_agent.guardrails.lexicon import lexicon
from hybrid_agent.guardrails.reading import Deed, Segment, segments, stems
from hybrid_agent.guardrails.wording import Broken

LEAST_SUPPORTED = 0.65
"""The part of a sentence's content words that its support must hold."""

ALIGNED, CLOSE = 0.34, 0.75
"""The overlap from which a segment is about the same thing, and how near to the best another must come."""

_BOUND = ("duration", "money", "date", "time", "percent", "day", "number")
_ACCEPTS = {
    "done": {"done"},
    "state": {"done", "state"},
    "promise": {"promise", "plain", "state"},
    "plain": {"plain", "promise", "state", "done"},
    "possible": {"possible", "plain", "promise", "state", "noun"},
    "noun": {"done", "state", "promise", "plain", "possible", "noun"},
}
_NAME = re.compile(r"(?<=[\w,;] )(?:[A-Z][a-z]{2,}|[A-Z]{2,})(?![\w'@.]*[\d@])")


@dataclass(frozen=True)
class Support:
    """What a sentence rests on: the statements of the points, of texts and of records, and what was heard."""

    points: tuple[Segment, ...]
    texts: tuple[Segment, ...]
    fields: tuple[Segment, ...]
    heard: str

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
    for segment in said:
        yield from _deeds(segment, support)
        near = _aligned(segment, support.prose)
        yield from _polarity(segment, near)
        yield from _conditions(segment, conditions, near)
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
        if low not in lists.plain and not stems(low) <= support.stems:
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
    return known.denied == said.denied and mood in _ACCEPTS[said.mood]


def _aligned(segment: Segment, prose: Sequence[Segment]) -> list[Segment]:
    """The statements that are about the same: those whose words overlap most with the segment's."""
    if not segment.stems:
        return []
    shares = [len(segment.stems & each.stems) / len(segment.stems) for each in prose]
    best = max(shares, default=0.0)
    if best < ALIGNED:
        return []
    return [each for each, share in zip(prose, shares, strict=True) if share >= CLOSE * best]


def _polarity(segment: Segment, near: Sequence[Segment]) -> Iterator[Broken]:
    if near and all(each.denied != segment.denied for each in near):
        yield Broken("changed_polarity", "denied" if segment.denied else "affirmed")
    elif not near and segment.denied and segment.stems:
        yield Broken("changed_polarity", "denied")
    if near and segment.sure and not segment.hedged and all(each.hedged for each in near):
        yield Broken("lost_hedge", "certain")


def _conditions(segment: Segment, said: frozenset[str], near: Sequence[Segment]) -> Iterator[Broken]:
    if not near:
        return
    lists = lexicon()
    open_ = [
        sorted(name for name in each.conditions & lists.binding if not _similar(name, said)) for each in near
    ]
    if all(open_):
        yield Broken("dropped_condition", " ".join(open_[0]))
    told = frozenset[str]().union(*(each.conditions for each in near))
    if added := sorted(name for name in segment.conditions & lists.owed if not _similar(name, told)):
        yield Broken("added_condition", " ".join(added))


def _similar(name: str, told: frozenset[str]) -> bool:
    return name in told or any(name in group and group & told for group in lexicon().similar)


def _places(segment: Segment, support: Support) -> Iterator[Broken]:
    """Claims that stand beside other words than in the support: another field's amount, say."""
    for clause in segment.clauses:
        for claim in sorted(each for each in clause.claims if each.kind in _BOUND):
            if _misplaced(claim, clause.stems, segment.stems, support):
                yield Broken("misplaced_claim", claim.value)


def _misplaced(claim: Claim, words: frozenset[str], around: frozenset[str], support: Support) -> bool:
    clauses = [clause for each in support.prose for clause in each.clauses if clause.claims]
    holding = [clause.stems for clause in clauses if carried(claim, clause.claims)]
    if not holding:
        fields = [each.stems for each in support.fields if carried(claim, each.claims)]
        return bool(fields) and not any(each & around for each in fields)
    own = frozenset[str]().union(*holding)
    others = [clause.stems for clause in clauses if _rivals(claim, clause.claims)]
    foreign = frozenset[str]().union(*others) - own
    return bool(words & foreign) and not words & own - frozenset[str]().union(*others)


def _rivals(claim: Claim, others: frozenset[Claim]) -> bool:
    """Whether a clause holds other claims of the kind, but not this one."""
    return not carried(claim, others) and any(each.kind == claim.kind for each in others)
