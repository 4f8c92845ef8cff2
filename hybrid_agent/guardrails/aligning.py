"""Which statements of the evidence are about the same as a statement of a sentence."""

from collections.abc import Sequence

from hybrid_agent.guardrails.reading import Segment

ALIGNED, CLOSE = 0.34, 0.75
"""The overlap from which a segment is about the same thing, and how near to the best another must come."""

NEAREST = 0.7
"""The same for the words that both share of all that both have."""


def aligned(segment: Segment, prose: Sequence[Segment]) -> list[Segment]:
    """The statements that are about the same: those whose words overlap most with the segment's."""
    if not segment.stems:
        return []
    shares = [len(segment.stems & each.stems) / len(segment.stems) for each in prose]
    best = max(shares, default=0.0)
    if best < ALIGNED:
        return []
    both = [2 * len(segment.stems & each.stems) / (len(segment.stems) + len(each.stems)) for each in prose]
    nearest = max(each for each, share in zip(both, shares, strict=True) if share >= CLOSE * best)
    return [
        each
        for each, share, alike in zip(prose, shares, both, strict=True)
        if share >= CLOSE * best and alike >= NEAREST * nearest
    ]
