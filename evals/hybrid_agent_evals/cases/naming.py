"""Names that a case uses and nothing has, with the one that was probably meant."""

from collections.abc import Collection
from difflib import get_close_matches

LISTED = 12
"""So many names are listed for a choice."""


def unknown(what: str, given: str, known: Collection[str]) -> str:
    """`there is no read 'order.get'; did you mean orders.get?`, or what there is to choose from."""
    near, names = nearest(given, known), sorted(known)
    listed = ", ".join(names[:LISTED]) + (", ..." if len(names) > LISTED else "")
    advice = f"did you mean {near}?" if near else f"choose from {listed}" if names else "leave it out"
    return f"there is no {what} {given!r}; {advice}"


def nearest(given: str, known: Collection[str]) -> str | None:
    """The known name that this one is a slip of; None where it is known, or like none."""
    if given in known:
        return None
    return next(iter(get_close_matches(given, sorted(known), n=1, cutoff=0.8)), None)
