"""What of a message is personal by the slots' recognisers, for masking: wider than what a slot takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial

from hybrid_agent.slots.model import Hints, SlotKind
from hybrid_agent.slots.patterns import compile_pattern
from hybrid_agent.slots.recognise import find

Spans = Callable[[str], Iterable[tuple[int, int]]]


def personal_recognisers(country: str, locale: str) -> tuple[tuple[str, Spans], ...]:
    """By kind: addresses, and telephone numbers of the country (ISO 3166 alpha-2)."""
    hints = Hints(now=datetime(2000, 1, 1, tzinfo=UTC), country=country, locale=locale)
    return (
        ("address", partial(_spans, SlotKind.ADDRESS, hints)),
        ("phone", partial(_spans, SlotKind.PHONE, hints)),
    )


def id_recogniser(pattern: str) -> Spans:
    """Where a text has an id of the catalog's pattern. Raises InvalidPattern."""
    return compile_pattern(pattern).spans


def _spans(kind: SlotKind, hints: Hints, text: str) -> Iterator[tuple[int, int]]:
    return ((found.start, found.end) for found in find(kind, text, hints))
