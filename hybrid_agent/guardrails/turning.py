"""What a statement of a sentence changes of those about the same: polarity, conditions, limits, claims."""

from collections.abc import Iterator

from hybrid_agent.guardrails.aligning import aligned
from hybrid_agent.guardrails.basis import Support
from hybrid_agent.guardrails.carrying import carried
from hybrid_agent.guardrails.claims import Claim
from hybrid_agent.guardrails.forbidden import Broken
from hybrid_agent.guardrails.lexicon import lexicon
from hybrid_agent.guardrails.qualifying import parts, roots
from hybrid_agent.guardrails.reading import Segment

COMPARED = ("money", "date", "time", "percent", "day")
"""The kinds of claims that a statement which is about the same must not give otherwise."""

RECEIVING = "receive"
"""The deeds by which the customer gets something."""

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


def against(segment: Segment, conditions: frozenset[str], support: Support) -> Iterator[Broken]:
    """What a segment changes of the statements about the same; nothing if one of them says it as it is."""
    near = aligned(segment, support.prose)
    if not near:
        yield from _against_fields(segment, support)
        return
    holding = [each for each in near if all(carried(claim, each.claims) for claim in segment.claims)]
    found = [list(_changed(segment, conditions, each, support)) for each in holding or near]
    yield from min(found, key=len)


def lost_limits(segment: Segment, told: frozenset[Claim], support: Support) -> Iterator[Broken]:
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
