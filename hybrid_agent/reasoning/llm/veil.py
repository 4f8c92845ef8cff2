"""What a model gets to read: the conversation with its personal data behind placeholders."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from hybrid_agent.catalog import Catalog
from hybrid_agent.redaction.personal import Known, personal_of
from hybrid_agent.redaction.placeholders import Placeholders, placeholders_for
from hybrid_agent.slots import Hints, SlotKind, find
from hybrid_agent.state import Evidence

Personal = Mapping[str, Mapping[str, str]]
"""Operation -> path -> kind: where the records that it reads hold personal data."""


def veil_over(
    texts: Sequence[str], evidence: Iterable[Evidence], personal: Personal, catalog: Catalog, now: datetime
) -> Placeholders:
    """The placeholders of a conversation: its texts oldest first, so that they stay as it goes on."""
    hints = Hints(now=now, country=catalog.country, locale=catalog.language)
    return placeholders_for(
        texts,
        tuple(_known(evidence, personal)),
        addresses=partial(_spans, SlotKind.ADDRESS, hints),
        phones=partial(_spans, SlotKind.PHONE, hints),
    )


def veiled(item: Evidence, veil: Placeholders) -> Evidence:
    """The evidence as a model may read it."""
    return item.model_copy(
        update={
            "data": veil.mask_data(item.data),
            "text": veil.mask(item.text),
            "title": veil.mask(item.title),
            "url": item.url and veil.mask(item.url),
        }
    )


def _known(evidence: Iterable[Evidence], personal: Personal) -> Iterator[Known]:
    for item in evidence:
        yield from personal_of(item.data, personal.get(item.source, {}))


def _spans(kind: SlotKind, hints: Hints, text: str) -> Iterator[tuple[int, int]]:
    return ((found.start, found.end) for found in find(kind, text, hints))
