"""What a model gets to read: the conversation with its personal data behind placeholders."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hybrid_agent.redaction.personal import Known, personal_of
from hybrid_agent.redaction.placeholders import Placeholders, placeholders_for
from hybrid_agent.redaction.redactor import Redactor
from hybrid_agent.state import Evidence


@dataclass(frozen=True, slots=True)
class Personal:
    """What is personal: where the records that an operation reads hold it, and what the redactor finds.

    `fields` is operation -> path -> kind.
    """

    fields: Mapping[str, Mapping[str, str]]
    redactor: Redactor

    def known(self, evidence: Iterable[Evidence]) -> Iterator[Known]:
        """The values in the records that were read."""
        for item in evidence:
            yield from personal_of(item.data, self.fields.get(item.source, {}))


def veil_over(texts: Sequence[str], evidence: Iterable[Evidence], personal: Personal) -> Placeholders:
    """The placeholders of a conversation: its texts oldest first, so that they stay as it goes on."""
    return placeholders_for(texts, tuple(personal.known(evidence)), personal.redactor)


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
