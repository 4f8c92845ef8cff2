"""What of a message is personal by the slots' recognisers, for masking: wider than what a slot takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from hybrid_agent.redaction.spans import Spans
from hybrid_agent.slots.model import Hints, SlotKind
from hybrid_agent.slots.patterns import compile_pattern
from hybrid_agent.slots.recognise import find
from hybrid_agent.slots.streets import find_streets

_DAY = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d")


def personal_recognisers(country: str, locale: str) -> tuple[tuple[str, Spans], ...]:
    """By kind: addresses, and telephone numbers of the country (ISO 3166 alpha-2)."""
    hints = Hints(now=datetime(2000, 1, 1, tzinfo=UTC), country=country, locale=locale)
    return (
        ("address", partial(_spans, SlotKind.ADDRESS, hints)),
        ("address", find_streets),
        ("phone", partial(_spans, SlotKind.PHONE, hints)),
    )


def id_recogniser(pattern: str) -> Spans:
    """Where a text has an id of the catalog's pattern. Raises InvalidPattern."""
    return compile_pattern(pattern).spans


def _spans(kind: SlotKind, hints: Hints, text: str) -> Iterator[tuple[int, int]]:
    """What is sure, and what is dialled as a number is where nothing else is: from a zero or a plus sign."""
    for found in find(kind, text, hints):
        if (found.certain or text[found.start] in "0+") and not _DAY.match(text, found.start):
            yield found.start, found.end
