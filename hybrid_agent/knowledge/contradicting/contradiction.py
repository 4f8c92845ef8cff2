"""Whether two statements of a help centre cannot both hold.

They must be about the same: near in meaning, with the same topic, and holding for the same: another country,
plan, condition or row of a table makes another statement. Then another value, or the opposite, contradicts.
"""

from hybrid_agent.knowledge.contradicting.contrasts import contrasts
from hybrid_agent.knowledge.contradicting.quantities import opposed
from hybrid_agent.knowledge.contradicting.statements import Statement, statement

LEAST_COSINE = 0.6
"""Below it nothing is compared: who looks for pairs need not look further."""

ONE_SIDED, TWO_SIDED, HEADINGS, EXACT = 0.55, 0.66, 0.8, 0.9
"""The mean of the cosine and the topics' overlap (Dice) from which two statements are about the same: where
one only says more than the other, where both say something of their own, where only their headings say what
they are about, and where addresses are compared."""

OWN = 0.34
"""The overlap that two statements need in what they say themselves: headings alone do not make them alike."""

TURNED = 0.66
"""The overlap of what two statements say without their headings from which their answers are compared."""

DENIED = 0.8
"""The mean of the cosine and that overlap from which one can deny the other."""


_ADDRESSES = ("email", "link")


def contradiction(one: str, other: str, cosine: float, *, under: tuple[str, str] = ("", "")) -> str | None:
    """How two statements differ in what cannot both hold ("30 days / 14 days"); None where both can hold.

    `cosine` is that of their vectors, encoded with the headings they stand under; `under` are those headings.
    """
    if cosine < LEAST_COSINE:
        return None
    return difference(statement(one, under[0]), statement(other, under[1]), cosine)


def difference(ours: Statement, theirs: Statement, cosine: float) -> str | None:
    """The same of statements that were read before; it grows no less likely with the cosine."""
    if cosine < LEAST_COSINE or not _holds_for_the_same(ours, theirs):
        return None
    nearness = (cosine + _overlap(ours.topic, theirs.topic)) / 2
    if ours.claimed(*_ADDRESSES) and theirs.claimed(*_ADDRESSES):
        return _addresses(ours, theirs) if nearness >= EXACT else None
    own = _overlap(ours.own, theirs.own)
    if nearness < _least(ours, theirs) or (ours.own and theirs.own and own < OWN):
        return None
    return _values(ours, theirs) or _answers(ours, theirs, own) or _denial(ours, theirs, (cosine + own) / 2)


def _least(ours: Statement, theirs: Statement) -> float:
    if not (ours.topic - theirs.words and theirs.topic - ours.words):
        return ONE_SIDED
    return TWO_SIDED if ours.own and theirs.own else HEADINGS


def _overlap(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """Dice's coefficient of two topics; where neither is named, the headings say what it is about."""
    both = len(ours) + len(theirs)
    return 2 * len(ours & theirs) / both if both else 1.0


def _holds_for_the_same(ours: Statement, theirs: Statement) -> bool:
    return (
        ours.conditional == theirs.conditional
        and not (ours.key and theirs.key and ours.key != theirs.key)
        and not (ours.ids and theirs.ids and ours.ids.isdisjoint(theirs.ids))
        and not (ours.names - theirs.words or theirs.names - ours.words)
        and not (ours.placed - theirs.words or theirs.placed - ours.words)
        and not any(_of_other_kinds(ours, theirs, kind) for kind in {*ours.kinds, *theirs.kinds})
    )


def _of_other_kinds(ours: Statement, theirs: Statement, kind: int) -> bool:
    one, other = ours.kinds.get(kind, frozenset()), theirs.kinds.get(kind, frozenset())
    if one and other:
        return one.isdisjoint(other)
    return not (one | other) <= contrasts().quiet


def _values(ours: Statement, theirs: Statement) -> str | None:
    """Both values, unless they are for something else: "a day", "per month"."""
    one, other = ours.claimed("rate"), theirs.claimed("rate")
    if one and other and one.isdisjoint(other):
        return None
    pair = opposed(ours.values, theirs.values)
    return f"{pair[0].text} / {pair[1].text}" if pair else None


def _addresses(ours: Statement, theirs: Statement) -> str | None:
    """Both addresses, where they are all that differs."""
    one, other = ours.claimed(*_ADDRESSES), theirs.claimed(*_ADDRESSES)
    if ours.claims - one == theirs.claims - other and len(one) == len(other) == 1 and one != other:
        return " / ".join(claim.value for claim in (*one, *other))
    return None


def _answers(ours: Statement, theirs: Statement, own: float) -> str | None:
    """The words in which the two give opposite answers to one question: "free / costs"."""
    if own < TURNED or ours.denied != theirs.denied:
        return None
    for question in ours.sides.keys() & theirs.sides.keys():
        if ours.sides[question] != theirs.sides[question]:
            return f"{ours.said[question]} / {theirs.said[question]}"
    return None


def _denial(ours: Statement, theirs: Statement, nearness: float) -> str | None:
    if ours.denied == theirs.denied or nearness < DENIED:
        return None
    return "one denies what the other says"
