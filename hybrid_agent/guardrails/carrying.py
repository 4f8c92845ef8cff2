"""Whether a claim is carried by others: the same, or one that says more."""

from collections.abc import Collection
from datetime import date

from hybrid_agent.guardrails.claims import Claim
from hybrid_agent.guardrails.lexicon import tables

_FIRST = Claim("ordinal", "1")
"""What is often said of nothing that is counted: "the first part"."""
_NUMBERS = ("number", "id")
_DURATIONS = ("duration", "percent")


def carried(claim: Claim, by: Collection[Claim], *, strictly: bool = False) -> bool:
    """Whether `by` holds the claim.

    A date may leave out its year or be named by its weekday, a link may be named by its domain. A duration
    or percentage is carried by its number alone where it need not be strictly the same.
    """
    if claim.kind == "link" and not _is_web(claim.value):
        return False
    if claim in by:
        return True
    if claim.kind in _DURATIONS and not strictly:
        return True
    if claim == _FIRST:
        return not any(each.kind == "ordinal" for each in by)
    return any(_implies(each, claim) for each in by)


def _implies(known: Claim, claim: Claim) -> bool:
    match claim.kind:
        case "date":
            return known.kind == "date" and len(claim.value) == 5 and known.value.endswith(claim.value)
        case "number" | "id":
            return known.kind in _NUMBERS and known.value == claim.value
        case "day":
            return known.kind == "date" and _weekday(known.value) == claim.value
        case "rate" | "duration":
            return _spelled_out(known) == _spelled_out(claim)
        case "link":
            return _domain(known) == claim.value
        case _:
            return False


def _spelled_out(claim: Claim) -> str:
    """A rate as the duration that it is for: a month is 1 month."""
    return f"1 {claim.value}" if claim.kind == "rate" else claim.value if claim.kind == "duration" else ""


def _is_web(link: str) -> bool:
    scheme, mark, _ = link.partition(":")
    return not mark or "." in scheme or link.startswith(("http://", "https://"))


def _domain(claim: Claim) -> str:
    if claim.kind == "email":
        return claim.value.rpartition("@")[2]
    if claim.kind != "link":
        return ""
    return claim.value.partition("://")[2].partition("/")[0] or claim.value.partition("/")[0]


def _weekday(value: str) -> str | None:
    weekdays: list[str] = tables()["counting"]["weekdays"]
    return weekdays[date.fromisoformat(value).weekday()] if len(value) == 10 else None
