"""Whether what a sentence of a model says is said by what it rests on: words, deeds, polarity, conditions."""

import re
from collections.abc import Iterator, Sequence

from hybrid_agent.guardrails.basis import Support
from hybrid_agent.guardrails.claims import CODES
from hybrid_agent.guardrails.folding import folded, plain_words
from hybrid_agent.guardrails.forbidden import Broken
from hybrid_agent.guardrails.lexicon import lexicon
from hybrid_agent.guardrails.placing import misplaced
from hybrid_agent.guardrails.reading import Deed, Segment, segments, stems

LEAST_SUPPORTED = 0.65
"""The part of a sentence's content words that its support must hold."""

SHORT = 6
"""The content words below which a sentence may hold none of its own: one word can turn it round."""

ALIGNED, CLOSE = 0.34, 0.75
"""The overlap from which a segment is about the same thing, and how near to the best another must come."""

RECEIVING = "receive"
"""The deeds by which the customer gets something."""

WHOLE = 0.6
"""The part of a statement's words that must be said where it is said of all or always."""

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
        yield from (Broken("misplaced_claim", each.value) for each in misplaced(segment, support))


def _words(text: str, said: Sequence[Segment], support: Support) -> Iterator[Broken]:
    content = frozenset[str]().union(*(each.stems for each in said))
    lacking = content - support.stems
    least = LEAST_SUPPORTED if len(content) >= SHORT else 1.0
    if content and 1 - len(lacking) / len(content) < least:
        yield Broken("unsupported_words", " ".join(sorted(lacking)))
    if not content and said and not any(each.claims for each in said):
        yield Broken("unsupported_words", "nothing but plain words")
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
        if segment.denied and (segment.stems or "if" not in segment.conditions):
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
