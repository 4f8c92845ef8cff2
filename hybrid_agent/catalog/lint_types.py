"""Whether what a catalog maps into an argument is of the argument's type."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AwareDatetime, JsonValue, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from hybrid_agent.catalog.fitting import fitted
from hybrid_agent.catalog.models import Catalog, Intent, Slot
from hybrid_agent.catalog.paths import look_up
from hybrid_agent.slots import SlotKind
from hybrid_agent.yamlfile import in_words
from hybrid_agent_tools import Operation

SPECIMENS: Mapping[SlotKind, JsonValue] = {
    SlotKind.ID: "1044",
    SlotKind.EMAIL: "name@example.com",
    SlotKind.PHONE: "+31855550142",
    SlotKind.POSTCODE: "10115",
    SlotKind.ADDRESS: {"line1": "Main Street 1", "city": "Utrecht", "postcode": "3511 PK", "country": "NL"},
    SlotKind.DATE: "2026-12-03",
    SlotKind.TIME: "15:30",
    SlotKind.DATETIME: "2026-12-03T15:30+01:00",
    SlotKind.MONEY: {"amount": "12.50", "currency": "EUR"},
    SlotKind.QUANTITY: 2,
    SlotKind.CHOICE: "choice",
    SlotKind.YES_NO: True,
    SlotKind.NAME: "Anna Keller",
    SlotKind.TEXT: "some words",
}
"""A value of each kind, in its canonical form."""


def lint_types(
    where: str,
    arguments: Mapping[str, str],
    operation: Operation,
    intent: Intent,
    catalog: Catalog,
    operations: Mapping[str, Operation],
) -> Iterator[tuple[str, str]]:
    """(where, what is wrong) for each argument whose path gives a value of another type."""
    for name, path in arguments.items():
        field = operation.arguments.model_fields.get(name)
        if field is None:
            continue
        root, _, rest = path.partition(".")
        here = f"{where}.{name}"
        if root == "slot":
            yield from _from_slot(here, rest, field, catalog)
        elif root == "business":
            yield from _values(here, path, [catalog.business.get(rest)], field)
        elif root == "policy":
            declared = {name: policy.data for name, policy in catalog.policies.items()}
            yield from _values(here, path, [look_up(declared, rest)], field)
        elif (read := intent.reads.get(root)) is not None and (source := operations.get(read.operation)):
            yield from _from_fact(here, path, source.result_fields().get(rest), field)


def _from_slot(here: str, rest: str, field: FieldInfo, catalog: Catalog) -> Iterator[tuple[str, str]]:
    name, _, part = rest.partition(".")
    slot = catalog.slots.get(name)
    if slot is not None and not part:
        yield from _values(here, f"slot.{name} ({slot.kind})", _specimens(slot), field)


def _specimens(slot: Slot) -> list[JsonValue]:
    """Every static choice, because an argument may take only some words; else one value of the kind."""
    return list(slot.choices) or [SPECIMENS[slot.kind]]


def _values(here: str, source: str, values: list[JsonValue], field: FieldInfo) -> Iterator[tuple[str, str]]:
    adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation())
    for value in values:
        try:
            adapter.validate_python(fitted(value, field.annotation, "UTC"))
        except ValidationError as error:
            yield here, f"{source} cannot be given here: {in_words(error.errors()[0]['msg'])}"
            return


def _from_fact(here: str, path: str, given: Any, field: FieldInfo) -> Iterator[tuple[str, str]]:
    if "[]" in path:
        yield here, f"{path} is a list of values; an argument takes one"
        return
    wanted = list(_kinds(field.annotation))
    if not isinstance(given, type) or not wanted:
        return
    if not any(issubclass(given, kind) or issubclass(kind, given) for kind in wanted):
        takes = " or ".join(kind.__name__ for kind in wanted)
        yield here, f"{path} is of type {given.__name__}; the argument takes {takes}"


def _kinds(annotation: Any) -> Iterator[type]:
    """The classes in an annotation, without None and what only annotates."""
    parts = get_args(annotation)
    if get_origin(annotation) is Annotated:
        yield from _kinds(parts[0])
    elif get_origin(annotation) in (Union, UnionType):
        for part in parts:
            yield from _kinds(part)
    elif annotation is AwareDatetime:
        yield datetime
    elif isinstance(annotation, type) and annotation is not type(None):
        yield annotation
