"""Whether a claim stands beside the words of what it claims: the total's amount, not the shipping's."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from hybrid_agent.guardrails.basis import Support
from hybrid_agent.guardrails.carrying import carried
from hybrid_agent.guardrails.claims import Claim
from hybrid_agent.guardrails.grounds import Field
from hybrid_agent.guardrails.reading import Clause, Segment, stems

_BOUND = ("duration", "money", "date", "time", "percent", "day", "number", "id")
_NAMED = ("number", "id")


def misplaced(segment: Segment, support: Support) -> Iterator[Claim]:
    """The claims of a statement that stand beside other words than in the support: another field's amount."""
    clauses = [clause for each in support.prose for clause in each.clauses if clause.claims]
    yield from segment.excess
    for clause in segment.clauses:
        days = _days(clause.claims) or _days(segment.claims)
        for claim in sorted(each for each in clause.claims if each.kind in _BOUND):
            scopes = [segment.stems]
            if _may_be_swapped(claim, segment, clauses):
                scopes.append(clause.stems)
            whole = claim in segment.wholes
            if (
                any(_elsewhere(claim, words, whole, clauses, support) for words in scopes)
                or _of_another_field(claim, clause, segment, support)
                or (claim.kind not in ("day", "ordinal") and _torn(claim, days, clauses))
                or _of_another_date(claim, clause, support)
            ):
                yield claim


def _days(among: Iterable[Claim]) -> list[Claim]:
    return [each for each in among if each.kind in ("day", "ordinal")]


def _torn(claim: Claim, days: Iterable[Claim], clauses: Sequence[Clause]) -> bool:
    """Whether the support gives another claim of the kind for the day: Monday's hours told of Saturday."""
    for day in days:
        beside = [clause.claims for clause in clauses if day in clause.claims]
        if any(_rivals(claim, each) for each in beside) and not any(carried(claim, each) for each in beside):
            return True
    return False


def _of_another_date(claim: Claim, clause: Clause, support: Support) -> bool:
    """Whether a time stands beside a date, and in the support only beside others."""
    dates = [each for each in clause.claims if each.kind == "date"]
    if claim.kind != "time" or not dates:
        return False
    held = [
        each
        for each in (*(f.claims for f in support.fields), *(s.claims for s in support.prose))
        if claim in each
    ]
    dated = [each for each in held if any(other.kind == "date" for other in each)]
    return (
        bool(dated)
        and len(dated) == len(held)
        and not any(carried(each, by) for each in dates for by in dated)
    )


def _may_be_swapped(claim: Claim, segment: Segment, clauses: Sequence[Clause]) -> bool:
    """Whether a statement joins claims of one kind that stand apart in the support."""
    alike = [each for each in segment.claims if each.kind == claim.kind]
    return not any(all(carried(each, clause.claims) for each in alike) for clause in clauses)


def _elsewhere(
    claim: Claim, words: frozenset[str], whole: bool, clauses: Sequence[Clause], support: Support
) -> bool:
    """Whether the words are those of other statements, and not of those that hold the claim."""
    holding = [clause.stems for clause in clauses if carried(claim, clause.claims)]
    named = _naming(claim, words, support.records)
    if not holding:
        fields = [each.said.stems | each.place for each in support.fields if carried(claim, each.claims)]
        named &= frozenset[str]().union(
            *(
                each.name | each.place
                for each in support.fields
                if any(o.kind == claim.kind for o in each.claims)
            )
        )
        return bool(named and fields) and not any(each & named for each in fields)
    if not whole and all(claim in each.wholes for each in support.prose if carried(claim, each.claims)):
        return "total" not in {word.removeprefix("=") for word in words}
    about = frozenset[str]().union(*(each.stems for each in support.all if carried(claim, each.claims)))
    if words and about and not words & about:
        return True
    own = frozenset[str]().union(*holding)
    others = frozenset[str]().union(*(clause.stems for clause in clauses if _rivals(claim, clause.claims)))
    return bool(words & (others - own)) and not words & (own - others)


def _naming(claim: Claim, words: frozenset[str], records: frozenset[str]) -> frozenset[str]:
    """The words that can name a field: not the claim's own letters, nor, but for numbers, a record's name."""
    return words - stems(claim.value.lower()) - (frozenset() if claim.kind in _NAMED else records)


def _of_another_field(claim: Claim, clause: Clause, segment: Segment, support: Support) -> bool:
    """Whether the words name another field of the kind than those that hold the claim.

    The nearest words decide: those of the clause where they name any field, else those of the segment.
    """
    for words, said in ((clause.stems, clause.claims), (segment.stems, segment.claims)):
        named = _naming(claim, words, support.records)
        alike = [other for other in said if other.kind == claim.kind]
        holding = [each for each in support.fields if carried(claim, each.claims)]
        apart = [other for other in alike if not any(carried(other, each.claims) for each in holding)]
        own = [_hit(each, named) for each in holding]
        if claim.kind not in _NAMED:
            own += [_Hit(each.stems & named, True) for each in _holding(claim, support.prose)]
        rivals = [
            _hit(each, named)
            for each in support.fields
            if _is_named(each, claim, named)
            and _rivals(claim, each.claims)
            and not any(carried(other, each.claims) for other in apart)
        ]
        if any(_outdoes(rival, own) for rival in rivals):
            return True
        if any(each.words for each in (*own, *rivals)):
            return False
    return _of_another_statement(claim, segment, support)


def _of_another_statement(claim: Claim, segment: Segment, support: Support) -> bool:
    """Whether nothing names the claim's field, and a statement gives another claim for the same words."""
    if claim.kind in _NAMED or any(_holding(claim, support.prose)):
        return False
    return any(
        clause.stems & segment.stems and _rivals(claim, clause.claims - segment.claims)
        for each in support.prose
        for clause in each.clauses
    )


def _holding(claim: Claim, prose: Iterable[Segment]) -> Iterator[Clause]:
    return (clause for each in prose for clause in each.clauses if carried(claim, clause.claims))


def _is_named(field: Field, claim: Claim, words: frozenset[str]) -> bool:
    """Whether the words name the field: in part, or wholly where numbers may stand beside anything."""
    return bool(field.name) and field.name <= words if claim.kind in _NAMED else bool(field.place & words)


class _Hit(NamedTuple):
    """The words by which a field or statement is named, and whether those are all of its own."""

    words: frozenset[str]
    fully: bool


def _hit(field: Field, words: frozenset[str]) -> _Hit:
    return _Hit(field.place & words, field.place <= words)


def _outdoes(rival: _Hit, own: Sequence[_Hit]) -> bool:
    """Whether a field is named better than the own ones: by more words, or by the same but fully."""
    return all(
        each.words < rival.words or (each.words == rival.words and rival.fully and not each.fully)
        for each in own
    )


def _rivals(claim: Claim, others: frozenset[Claim]) -> bool:
    """Whether a clause holds other claims of the kind, but not this one."""
    kinds = _NAMED if claim.kind in _NAMED else (claim.kind,)
    return not carried(claim, others) and any(each.kind in kinds for each in others)
