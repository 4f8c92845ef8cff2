"""Whether a sentence says of more, of another part or of the opposite what its texts tell."""

import re
from collections.abc import Iterator, Sequence

from hybrid_agent.guardrails.aligning import aligned
from hybrid_agent.guardrails.basis import Support
from hybrid_agent.guardrails.carrying import carried
from hybrid_agent.guardrails.forbidden import Broken
from hybrid_agent.guardrails.lexicon import lexicon
from hybrid_agent.guardrails.qualifying import Qualifier, crossed, qualifiers, reversed_ranges, roots
from hybrid_agent.guardrails.reading import Segment

_GOES_ON = re.compile(r"(?:and|but|while|so)\s")
_PARTS = re.compile(r"\s(?:and|but|while)\s|;\s")


def narrower(said: Sequence[Segment], support: Support) -> Iterator[Broken]:
    """What narrows a statement of a text down and is left out; what is told of another part of it."""
    words = frozenset[str]().union(*(roots(each.low) for each in said))
    own = len(frozenset[str]().union(*(each.stems for each in said)) - support.stems)
    for segment in said:
        for ends in reversed_ranges(segment.low, (each.low for each in support.all)):
            yield Broken("changed_range", " to ".join(ends))
        near = [each for each in aligned(segment, support.texts) if each in support.texts]
        elsewhere = [
            claim for claim in segment.claims if any(carried(claim, each.claims) for each in support.fields)
        ]
        near = [each for each in near if all(carried(claim, each.claims) for claim in elsewhere)]
        found = [list(_narrowed(segment, words, own, _whole(each, support.texts), each)) for each in near]
        yield from min(found, key=len, default=[])


def _whole(told: Segment, texts: Sequence[Segment]) -> str:
    """A statement with those before and behind that "and" joins to it, in plain words."""
    place = texts.index(told)
    before = texts[place - 1 : place] if place and _GOES_ON.match(told.low) else ()
    behind = [each for each in texts[place + 1 : place + 2] if _GOES_ON.match(each.low)]
    return ", ".join(each.low for each in (*before, told, *behind))


def _narrowed(
    segment: Segment, words: frozenset[str], own: int, whole: str, told: Segment
) -> Iterator[Broken]:
    here = roots(segment.low)
    lost = [each for each in sorted(qualifiers(told.low)) if each.head in here and not each.by & words]
    lost = [each for each in lost if not _is_of_another(each, told, words)]
    if len(lost) > own:
        yield Broken("lost_scope", " ".join(sorted(lost[0].by)))
    for part in _PARTS.split(segment.low):
        if taken := crossed(roots(part), whole):
            yield Broken("spliced", " ".join(sorted(taken)))


def _is_of_another(lost: Qualifier, told: Segment, words: frozenset[str]) -> bool:
    """Whether the word is narrowed down in the same place by what is said: "small dogs and big dogs"."""
    alike = (each for each in qualifiers(told.low) if each.head == lost.head and each.behind == lost.behind)
    return any(each.by & words for each in alike)


def opposed(said: Sequence[Segment], support: Support) -> Iterator[Broken]:
    """Words of its own in the place of their opposites: "arrive" for "depart"."""
    words = frozenset[str]().union(*(roots(each.low) for each in said))
    for segment in said:
        near = aligned(segment, support.prose)
        for one, other in lexicon().opposites:
            against = [roots(each.low) for each in near if other & roots(each.low)]
            if one & words and against and not one & support.worded and not other & words:
                yield Broken("opposed", " ".join(sorted(one & words)))
