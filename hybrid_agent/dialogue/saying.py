"""Points: templates filled from a request's facts, with the evidence under them."""

import re
from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from hybrid_agent.catalog.phrasing import render
from hybrid_agent.dialogue.facts import Facts
from hybrid_agent.guardrails import plain_text
from hybrid_agent.state import Point, PointKind, Sentence

_PLACE = re.compile(r"\{[^}]*\}")
NOTHING = Facts({}, {})


def say(
    kind: PointKind,
    template: str,
    facts: Facts = NOTHING,
    *,
    evidence: tuple[str, ...] = (),
    **values: JsonValue,
) -> Point:
    """A point from a template, which may also use `values`: plain text, whatever a system's record holds.

    Raises KeyError for a hole in it.
    """
    return Point(
        kind=kind,
        text=plain_text(render(template, {**facts.scope, **values})),
        evidence=tuple(dict.fromkeys((*facts.under(template), *evidence))),
        literal=_PLACE.sub(" ", template),
    )


def standard(points: Iterable[Point]) -> list[Sentence]:
    """The points in their standard words, those that have some."""
    return [
        Sentence(text=point.text, evidence=point.evidence, says=(place,))
        for place, point in enumerate(points)
        if point.text
    ]


def choices(options: Mapping[str, str]) -> str:
    """Options as they stand in a question: `1. ...; 2. ...`."""
    return "; ".join(f"{number}. {shown}" for number, shown in enumerate(options.values(), 1))
