"""Masking what holds records: by form, and by the values that its own records say are personal."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from pydantic import JsonValue

from hybrid_agent.redaction.finding import Finder, replaced
from hybrid_agent.redaction.personal import Known, distinct, each_string, personal_of
from hybrid_agent.redaction.redactor import Redactor
from hybrid_agent.redaction.spelling import spellings

Fields = Mapping[str, Mapping[str, str]]
"""Operation -> path -> kind of personal data."""
_ADDRESS = MappingProxyType(
    {"line1": "street", "line2": "address", "postcode": "postcode", "city": "city", "region": "city"}
)
"""The parts of an address slot by kind: its country is shared by too many to be personal."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where personal data stands in what operations read and in the arguments of those that write.

    `facts` says under which names the catalog keeps what which operation read; `addresses` are the slots that
    hold one.
    """

    reads: Fields = field(default_factory=dict)
    writes: Fields = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    addresses: frozenset[str] = frozenset()


def mask_records(data: JsonValue, redactor: Redactor, places: Places) -> JsonValue:
    """The data with its strings masked, in any shape that the state, an approval or a hand-off has."""
    return each_string(data, masker_over(data, redactor, places))


def masker_over(data: JsonValue, redactor: Redactor, places: Places) -> Callable[[str], str]:
    """What masks the texts that belong to the data: by form, and by what its records say is personal."""
    known = spellings(distinct(known_in(data, places)).values())
    return partial(_mask, Finder(redactor.search, known))


def _mask(finder: Finder, text: str) -> str:
    return replaced(text, finder.find(text), {})


def known_in(data: JsonValue, places: Places) -> Iterator[Known]:
    """The personal values in the data's records: of the state, an approval, or a hand-off."""
    if isinstance(data, list):
        for each in data:
            yield from known_in(each, places)
    elif isinstance(data, dict):
        yield from _of_record(data, places)
        for each in data.values():
            yield from known_in(each, places)


def _of_record(data: dict[str, JsonValue], places: Places) -> Iterator[Known]:
    """What a piece of evidence, an action, an inbox's request or a table of facts tells."""
    source, operation = data.get("source"), data.get("operation", data.get("name"))
    if isinstance(source, str) and source in places.reads:
        yield from personal_of(data.get("data"), places.reads[source])
    if isinstance(operation, str) and operation in places.writes:
        inner = data.get("payload")
        for holder in (data, inner if isinstance(inner, dict) else {}):
            for arguments in (holder.get("arguments"), holder.get("args")):
                yield from personal_of(arguments, places.writes[operation])
    for name in places.facts.keys() & data.keys():
        yield from personal_of(data[name], places.reads.get(places.facts[name], {}))
    for name in places.addresses & data.keys():
        slot = data[name]
        yield from personal_of(slot.get("value", slot) if isinstance(slot, dict) else None, _ADDRESS)
