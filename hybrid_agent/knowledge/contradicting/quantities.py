"""What a statement counts, times or prices, so that two statements can be held against each other."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hybrid_agent.guardrails.claims import Claim, claims
from hybrid_agent.guardrails.counting import in_digits
from hybrid_agent.guardrails.folding import plain_words
from hybrid_agent.guardrails.stems import stem
from hybrid_agent.knowledge.contradicting.contrasts import contrasts

DAYS = {
    "second": 1 / 86_400,
    "minute": 1 / 1_440,
    "hour": 1 / 24,
    "day": 1.0,
    "night": 1.0,
    "week": 7.0,
    "fortnight": 14.0,
    "month": 30.4,
    "year": 365.0,
}
"""Days of a unit; a weekend has no length that counts."""

WORKING_DAY = 1.4
"""Calendar days of a working day, on average."""

TOLERANCE = 0.04
"""By how much equal lengths may differ: a month has 28 to 31 days."""

_COUNTED = re.compile(r"(?<![\w.,:/-])(?P<number>\d+(?:[.,]\d+)?)[ -]?(?P<unit>[a-z]{2,})")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value of a kind ("duration", "money EUR", "number of user"); `low` and `high` end a range."""

    kind: str
    low: float
    high: float
    text: str


def quantities(text: str) -> tuple[Quantity, ...]:
    """The values in a statement, sorted by kind and size; what has no scale is left to `claims`."""
    found = {each for claim in claims(text) for each in _measured(claim)}
    if contrasts().instant.search(plain_words(text)):
        found.add(_point("duration", 0.0, "immediately"))
    return tuple(sorted({*found, *_counted(text)}, key=lambda each: (each.kind, each.low, each.high)))


def opposed(ours: Sequence[Quantity], theirs: Sequence[Quantity]) -> tuple[Quantity, Quantity] | None:
    """A value on each side that cannot both hold, where everything else that both measure is equal.

    Where two kinds differ, or two of several values, the statements are about two things.
    """
    kinds = sorted({each.kind for each in ours} & {each.kind for each in theirs})
    different = []
    for kind in kinds:
        pair = _different([q for q in ours if q.kind == kind], [q for q in theirs if q.kind == kind])
        if pair:
            different.append(pair)
    return different[0] if len(different) == 1 else None


def _different(ours: list[Quantity], theirs: list[Quantity]) -> tuple[Quantity, Quantity] | None:
    if len(ours) == len(theirs):
        apart = [pair for pair in zip(ours, theirs, strict=True) if not _agree(*pair)]
        hours = ours[0].kind == "time" and len(ours) == 2
        return apart[0] if len(apart) == 1 or (apart and hours) else None
    if any(_agree(our, their) for our in ours for their in theirs):
        return None
    return (ours[0], theirs[0]) if min(len(ours), len(theirs)) == 1 else None


def _agree(one: Quantity, other: Quantity) -> bool:
    """Whether two values share an end, or one lies in the other's range."""
    return (
        _equal(one.low, other.low)
        or _equal(one.high, other.high)
        or (one.low == one.high and other.low <= one.high <= other.high)
        or (other.low == other.high and one.low <= other.high <= one.high)
    )


def _equal(one: float, other: float) -> bool:
    return abs(one - other) <= TOLERANCE * max(abs(one), abs(other))


def _measured(claim: Claim) -> Iterator[Quantity]:
    match claim.kind:
        case "duration":
            yield from _duration(claim.value)
        case "money":
            amount, _, currency = claim.value.partition(" ")
            yield _point(f"money {currency}", float(amount), claim.value)
        case "percent":
            yield _point("percent", float(claim.value), f"{claim.value} %")
        case "time":
            hour, _, minute = claim.value.partition(":")
            yield Quantity("time", int(hour) * 60 + int(minute), int(hour) * 60 + int(minute), claim.value)
        case "date":
            month, day = claim.value[-5:].split("-")
            yield _point("date", int(month) * 100 + int(day), claim.value)
        case "ordinal":
            yield _point("ordinal", float(claim.value), f"no. {claim.value}")


def _duration(value: str) -> Iterator[Quantity]:
    """The days of "3-5 working day"; working days are read as such and as calendar days by who compares."""
    numbers, _, unit = value.partition(" ")
    working = unit.startswith("working ")
    days = DAYS.get(unit.removeprefix("working "))
    if days is None:
        return
    low, _, high = numbers.replace(",", ".").partition("-")
    scale = days * (WORKING_DAY if working else 1)
    yield Quantity("duration", float(low) * scale, float(high or low) * scale, _words(value))


def _words(duration: str) -> str:
    numbers, _, unit = duration.partition(" ")
    return f"{numbers.replace('-', ' to ')} {unit}{'' if numbers == '1' else 's'}"


def _counted(text: str) -> Iterator[Quantity]:
    """Numbers with what they count: "3 users", "20 kg"; what is money, time or a date is left out."""
    plain = in_digits(plain_words(text))
    for match in _COUNTED.finditer(plain):
        unit = stem(match["unit"])
        whole = match[0].replace("-", " ")
        if not any(claim.kind not in ("number", "id") for claim in claims(whole)) and unit not in _NO_UNITS:
            number = float(match["number"].replace(",", "."))
            yield _point(f"number of {unit}", number, match[0])


_NO_UNITS = frozenset(
    stem(word)
    for word in (
        "to",
        "and",
        "or",
        "of",
        "in",
        "for",
        "working",
        "business",
        "st",
        "nd",
        "rd",
        "th",
        "am",
        "pm",
    )
)


def _point(kind: str, value: float, text: str) -> Quantity:
    return Quantity(kind, value, value, text)
