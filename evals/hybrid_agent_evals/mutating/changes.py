"""What an operator gives: a change of a catalog, in words that a support lead can act on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hybrid_agent_evals.mutating.sites import Place, Site


@dataclass(frozen=True, slots=True)
class Change:
    """A value for a place. `says` is what it does, `catch` the case that would notice it.

    `kind` is what the table counts it under. `equivalent` is why nothing can come of it, where that is so.
    """

    kind: str
    place: Place
    value: Any
    says: str
    catch: str = ""
    equivalent: str = ""


Operator = Callable[[Site], Iterator[Change]]
"""The changes that a site allows; none where it does not fit."""
