"""What a reply may say beside its evidence: the catalog's own words, what it declares, a colleague's."""

from collections.abc import Iterator, Mapping
from typing import Any

from hybrid_agent import Deployment
from hybrid_agent.dialogue.facts import BUSINESS, declared
from hybrid_agent.state import Evidence, Point, PointKind


def wording_of(state: Mapping[str, Any], deployment: Deployment) -> tuple[str, ...]:
    """The words of the turn's points without the values in them, and facts about the business under them."""
    return tuple(dict.fromkeys(_wording(state.get("points", ()), deployment)))


def policies_in(state: Mapping[str, Any], deployment: Deployment) -> tuple[Evidence, ...]:
    """The declared policies that the turn's points rest on."""
    used = {each for point in state.get("points", ()) for each in point.evidence}
    return tuple(each for each in declared(deployment) if each.id in used)


def _wording(points: tuple[Point, ...], deployment: Deployment) -> Iterator[str]:
    for point in points:
        if point.kind is PointKind.PERSON:
            yield point.text
        elif point.literal:
            yield point.literal
        if BUSINESS in point.evidence:
            yield from deployment.catalog.business.values()
