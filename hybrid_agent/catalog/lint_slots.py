"""Whether slots can be filled as the catalog says: their patterns, choices, and what they are known from."""

from collections.abc import Iterator, Mapping
from typing import get_origin

from hybrid_agent.catalog.conditions import Condition, condition_paths
from hybrid_agent.catalog.models import Catalog, Intent, KnownFrom, Slot
from hybrid_agent.catalog.phrasing import places
from hybrid_agent.slots import InvalidPattern, SlotKind, compile_pattern
from hybrid_agent_tools import Operation

Problem = tuple[str, str]
Operations = Mapping[str, Operation]
BESIDE_ITEM = ("slot", "business", "policy")


def lint_slot(where: str, slot: Slot, operations: Operations) -> Iterator[Problem]:
    """(where, what is wrong) in a slot by itself."""
    if slot.kind is SlotKind.ID and slot.pattern is None:
        yield where, "a slot of kind id needs a pattern"
    if slot.kind is SlotKind.CHOICE and not slot.choices and slot.known_from is None:
        yield where, "a slot of kind choice needs choices or known_from"
    if slot.pattern is not None:
        try:
            compile_pattern(slot.pattern)
        except InvalidPattern as problem:
            yield f"{where}.pattern", str(problem)
    if slot.known_from is not None:
        yield from _known_from(f"{where}.known_from", slot.known_from, operations)


def _known_from(where: str, source: KnownFrom, operations: Operations) -> Iterator[Problem]:
    yield from _in_item(f"{where}.field", source.field, source, operations)
    for path in condition_paths(source.when):
        yield from _in_item(f"{where}.when", path, source, operations)
    for path in places(source.offer or ""):
        yield from _in_item(f"{where}.offer", path, source, operations)


def _in_item(where: str, path: str, source: KnownFrom, operations: Operations) -> Iterator[Problem]:
    operation = operations.get(source.read.operation)
    if operation is None or path.partition(".")[0] in BESIDE_ITEM:
        return
    listed = get_origin(operation.result) is list
    fields = {
        field.removeprefix("[]").lstrip(".") if listed else field for field in operation.result_fields()
    }
    if path not in fields and f"{path}[]" not in fields:
        known = ", ".join(
            sorted(field for field in fields if field and "." not in field and "[" not in field)
        )
        yield where, f"{source.read.operation} gives no {path!r}; it gives: {known}"


def lint_slots_of(where: str, intent: Intent, catalog: Catalog, operations: Operations) -> Iterator[Problem]:
    """(where, what is wrong) with the slots as this intent uses them, in their order."""
    for number, name in enumerate(intent.slots):
        slot = catalog.slots.get(name)
        if slot is None:
            yield f"{where}.slots", f"there is no slot {name!r}; known: {', '.join(catalog.slots) or 'none'}"
        elif slot.known_from is not None:
            yield from _needs_earlier(f"{where}.slots", name, slot.known_from, intent.slots[:number])
    for name, condition in intent.candidates.items():
        yield from _candidates(f"{where}.candidates.{name}", name, condition, intent, catalog, operations)


def _needs_earlier(where: str, name: str, source: KnownFrom, earlier: tuple[str, ...]) -> Iterator[Problem]:
    for path in (*source.read.arguments.values(), *condition_paths(source.when)):
        root, _, rest = path.partition(".")
        if root == "slot" and rest.partition(".")[0] not in earlier:
            yield where, f"{name} is known from {path!r}, so that slot must stand before it"


def _candidates(
    where: str, name: str, condition: Condition, intent: Intent, catalog: Catalog, operations: Operations
) -> Iterator[Problem]:
    slot = catalog.slots.get(name)
    if name not in intent.slots or slot is None or slot.known_from is None:
        yield where, f"{name!r} is not a slot of this intent that has known_from"
        return
    for path in condition_paths(condition):
        yield from _in_item(where, path, slot.known_from, operations)
