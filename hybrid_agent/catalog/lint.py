"""What `hybrid-agent check` finds in a catalog that is well-formed but would not work, or not safely."""

from collections.abc import Collection, Iterator, Mapping
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict

from hybrid_agent.catalog.lint_paths import known_paths, lint_paths
from hybrid_agent.catalog.load import standard_phrases
from hybrid_agent.catalog.models import ActionRule, Autonomy, Catalog, Intent, Read, Slot
from hybrid_agent.slots import InvalidPattern, SlotKind, compile_pattern
from hybrid_agent_tools import Operation, Risk

FEWEST_EXAMPLES = 5
ENOUGH_EXAMPLES = 15


class Finding(BaseModel):
    """One thing to mend: an error would fail or be unsafe in service, a warning serves customers worse."""

    model_config = ConfigDict(frozen=True)

    level: Literal["error", "warning"]
    where: str
    message: str


Operations = Mapping[str, Operation]


def lint(catalog: Catalog, operations: Operations, tags: Collection[str]) -> list[Finding]:
    """All findings, errors first; `tags` are those that the articles carry."""
    found = [*_catalog(catalog), *_examples(catalog)]
    for name, slot in catalog.slots.items():
        found += _slot(name, slot, operations)
    for name, intent in catalog.intents.items():
        found += _intent(f"intents.{name}", intent, catalog, operations, tags)
    return sorted(found, key=lambda finding: (finding.level, finding.where))


def error(where: str, message: str) -> Finding:
    return Finding(level="error", where=where, message=message)


def warning(where: str, message: str) -> Finding:
    return Finding(level="warning", where=where, message=message)


def _catalog(catalog: Catalog) -> Iterator[Finding]:
    if not catalog.intents:
        yield error("intents", "there are no intents: nothing could be served")
    try:
        ZoneInfo(catalog.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield error("timezone", f"{catalog.timezone!r} is not a time zone; write it like Europe/Berlin")
    for name in catalog.phrases.keys() - standard_phrases().keys():
        yield error(
            f"phrases.{name}", f"there is no phrase of this name; known: {', '.join(standard_phrases())}"
        )
    if catalog.thresholds.act < catalog.thresholds.understand:
        yield error("thresholds", "act is below understand: the bot would act on what it would ask about")
    used = {slot for intent in catalog.intents.values() for slot in intent.slots}
    for name in catalog.slots.keys() - used:
        yield warning(f"slots.{name}", "no intent uses this slot")


def _examples(catalog: Catalog) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for name, intent in catalog.intents.items():
        where, count = f"intents.{name}.examples", len(intent.examples)
        if count < FEWEST_EXAMPLES:
            yield error(
                where, f"{count} examples are too few to recognise it; write at least {FEWEST_EXAMPLES}"
            )
        elif count < ENOUGH_EXAMPLES:
            yield warning(where, f"{count} examples; {ENOUGH_EXAMPLES} varied ones are recognised better")
        for example in intent.examples:
            other = seen.setdefault(_plain(example), name)
            if other != name:
                yield error(where, f"{example!r} is also an example of {other}: they contradict each other")
    for example in catalog.out_of_scope:
        if (plain := _plain(example)) in seen:
            yield error(
                "out_of_scope",
                f"{example!r} is also an example of {seen[plain]}: they contradict each other",
            )


def _plain(example: str) -> str:
    return " ".join(example.lower().split()).strip(" .!?")


def _slot(name: str, slot: Slot, operations: Operations) -> Iterator[Finding]:
    where = f"slots.{name}"
    if slot.kind is SlotKind.ID and slot.pattern is None:
        yield error(where, "a slot of kind id needs a pattern")
    if slot.kind is SlotKind.CHOICE and not slot.choices and slot.known_from is None:
        yield error(where, "a slot of kind choice needs choices or known_from")
    if slot.pattern is not None:
        try:
            compile_pattern(slot.pattern)
        except InvalidPattern as problem:
            yield error(f"{where}.pattern", str(problem))
    if slot.known_from is not None:
        yield from _read(f"{where}.known_from.read", slot.known_from.read, operations)


def _intent(
    where: str, intent: Intent, catalog: Catalog, operations: Operations, tags: Collection[str]
) -> Iterator[Finding]:
    for name in intent.slots:
        if name not in catalog.slots:
            yield error(
                f"{where}.slots", f"there is no slot {name!r}; known: {', '.join(catalog.slots) or 'none'}"
            )
    for name, read in intent.reads.items():
        yield from _read(f"{where}.reads.{name}", read, operations)
    if intent.knowledge is not None:
        for tag in set(intent.knowledge.tags) - set(tags):
            yield error(
                f"{where}.knowledge.tags", f"no article is tagged {tag!r}; known: {', '.join(sorted(tags))}"
            )
    if intent.action is not None:
        yield from _action(f"{where}.action", intent, intent.action, operations)
    if not (intent.answers or intent.action or intent.knowledge or intent.escalate):
        yield error(
            where,
            "nothing is said, read up, done or handed over: give answers, knowledge, action or escalate",
        )
    for path_where, message in lint_paths(where, intent, known_paths(intent, catalog, operations)):
        yield error(path_where, message)


def _read(where: str, read: Read, operations: Operations) -> Iterator[Finding]:
    operation = operations.get(read.operation)
    if operation is None:
        yield error(
            where, f"there is no operation {read.operation!r}; connected: {', '.join(operations) or 'none'}"
        )
    elif operation.writes:
        yield error(where, f"{read.operation} writes; a read may only use operations that read")
    else:
        yield from _arguments(where, operation, set(read.arguments))


def _action(where: str, intent: Intent, action: ActionRule, operations: Operations) -> Iterator[Finding]:
    operation = operations.get(action.operation)
    if operation is None:
        yield error(
            where, f"there is no operation {action.operation!r}; connected: {', '.join(operations) or 'none'}"
        )
        return
    if not operation.writes:
        yield error(where, f"{action.operation} only reads; an action writes")
        return
    yield from _arguments(where, operation, set(action.arguments))
    if action.risk is not None and action.risk < operation.risk:
        yield error(
            f"{where}.risk", f"{action.operation} is declared {operation.risk}; a catalog can only raise that"
        )
    if max(operation.risk, action.risk or Risk.LOW) is Risk.HIGH:
        if intent.autonomy is Autonomy.AUTO:
            yield error(
                f"{where}",
                f"{action.operation} is of high risk and autonomy is auto: a person must approve it",
            )
        if action.approval is None:
            yield error(
                f"{where}.approval", f"{action.operation} is of high risk: say which roles may approve it"
            )


def _arguments(where: str, operation: Operation, given: set[str]) -> Iterator[Finding]:
    fields = operation.arguments.model_fields
    for name in given - fields.keys():
        yield error(
            f"{where}.arguments",
            f"{operation.name} takes no {name!r}; it takes: {', '.join(fields) or 'none'}",
        )
    for name, field in fields.items():
        if field.is_required() and name not in given:
            yield error(
                f"{where}.arguments", f"{operation.name} needs {name!r}: map it from a slot or a fact"
            )
