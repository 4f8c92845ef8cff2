"""What `hybrid-agent check` finds in a catalog that is well-formed but would not work, or not safely."""

from collections.abc import Collection, Iterator, Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hybrid_agent.catalog.findings import Finding, error, warning
from hybrid_agent.catalog.lint_examples import lint_examples
from hybrid_agent.catalog.lint_missing import lint_missing
from hybrid_agent.catalog.lint_paths import known_paths, lint_paths
from hybrid_agent.catalog.lint_policies import lint_policies, passing
from hybrid_agent.catalog.lint_slots import lint_slot, lint_slots_of
from hybrid_agent.catalog.lint_types import lint_types
from hybrid_agent.catalog.lint_values import lint_values
from hybrid_agent.catalog.load import standard_phrases
from hybrid_agent.catalog.models import ActionRule, Autonomy, Catalog, Intent, Read
from hybrid_agent.catalog.phrasing import places
from hybrid_agent.catalog.policies import policy_paths
from hybrid_agent_tools import Operation, Risk, Scope
from hybrid_agent_tools.iso import COUNTRIES

__all__ = ["Finding", "lint"]

Operations = Mapping[str, Operation]


def lint(catalog: Catalog, operations: Operations, tags: Collection[str]) -> list[Finding]:
    """All findings, errors first; `tags` are those that the articles carry."""
    found = [*_catalog(catalog), *lint_examples(catalog), *lint_policies(catalog)]
    tags = {*tags, *(tag for policy in catalog.policies.values() for tag in policy.tags)}
    for name, slot in catalog.slots.items():
        found += [error(*problem) for problem in lint_slot(f"slots.{name}", slot, operations)]
        if slot.known_from is not None:
            found += _read(f"slots.{name}.known_from.read", slot.known_from.read, operations)
    for name, intent in catalog.intents.items():
        found += _intent(f"intents.{name}", intent, catalog, operations, tags)
    return sorted(found, key=lambda finding: (finding.level, finding.where))


def _catalog(catalog: Catalog) -> Iterator[Finding]:
    if not catalog.intents:
        yield error("intents", "there are no intents: nothing could be served")
    try:
        ZoneInfo(catalog.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield error("timezone", f"{catalog.timezone!r} is not a time zone; write it like Europe/Berlin")
    if catalog.country not in COUNTRIES:
        yield error("country", f"{catalog.country!r} is no country's code; write it like DE (ISO 3166-1)")
    for name in catalog.phrases.keys() - standard_phrases().keys():
        yield error(
            f"phrases.{name}", f"there is no phrase of this name; known: {', '.join(standard_phrases())}"
        )
    yield from _phrases(catalog)
    if catalog.thresholds.act < catalog.thresholds.understand:
        yield error("thresholds", "act is below understand: the bot would act on what it would ask about")
    used = {slot for intent in catalog.intents.values() for slot in intent.slots}
    for name in catalog.slots.keys() - used:
        yield warning(f"slots.{name}", "no intent uses this slot")


def _phrases(catalog: Catalog) -> Iterator[Finding]:
    lasting = {name: each for name, each in catalog.policies.items() if each.lasting}
    known = {*(f"business.{name}" for name in catalog.business), *policy_paths(lasting)}
    for name in catalog.phrases.keys() & standard_phrases().keys():
        allowed = {*places(standard_phrases()[name]), *known}
        for path in set(places(catalog.phrases[name])) - allowed:
            may_use = ", ".join(sorted(allowed)) or "no places"
            yield error(f"phrases.{name}", f"{{{path}}} has no value here; it may use: {may_use}")


def _intent(
    where: str, intent: Intent, catalog: Catalog, operations: Operations, tags: Collection[str]
) -> Iterator[Finding]:
    for name, read in intent.reads.items():
        yield from _read(f"{where}.reads.{name}", read, operations)
        yield from _public(f"{where}.reads.{name}", intent, read.operation, read.required, operations)
    if intent.knowledge is not None:
        for tag in set(intent.knowledge.tags) - set(tags):
            yield error(
                f"{where}.knowledge.tags",
                f"no article or policy is tagged {tag!r}; known: {', '.join(sorted(tags))}",
            )
    if intent.action is not None:
        yield from _action(f"{where}.action", intent, intent.action, operations)
    if intent.refuse is not None:
        yield from _refusing(where, intent)
    elif not (intent.answers or intent.action or intent.knowledge or intent.escalate):
        yield error(
            where,
            "nothing is said, read up, done or handed over: give answers, knowledge, action or escalate",
        )
    if intent.answers and intent.answers[-1].when and intent.knowledge is None:
        yield warning(f"{where}.answers", "nothing is said when no answer holds; end with one without `when`")
    yield from (error(*problem) for problem in _wiring(where, intent, catalog, operations))
    yield from (warning(*problem) for problem in lint_missing(where, intent, operations))
    unread = intent.model_copy(update={"reads": {}})
    yield from (error(*problem) for problem in lint_missing(where, unread, {}, passing(catalog)))


def _refusing(where: str, intent: Intent) -> Iterator[Finding]:
    """A wish that is refused is neither asked about nor looked up nor served."""
    for part in ("slots", "reads", "knowledge", "action", "answers", "escalate"):
        if getattr(intent, part):
            yield error(f"{where}.{part}", "refuse is all that is said and done: remove one of the two")


def _wiring(
    where: str, intent: Intent, catalog: Catalog, operations: Operations
) -> Iterator[tuple[str, str]]:
    """Slots, paths and types: whether every value can be known, in time, and fits where it goes."""
    yield from lint_slots_of(where, intent, catalog, operations)
    yield from lint_values(where, intent, operations)
    yield from lint_paths(where, intent, known_paths(intent, catalog, operations), operations)
    slots = {f"slots.{name}": catalog.slots[name] for name in intent.slots if name in catalog.slots}
    takers: list[tuple[str, Read | ActionRule]] = [
        *((f"{where}.reads.{name}", read) for name, read in intent.reads.items()),
        *(
            (f"{name}.known_from.read", slot.known_from.read)
            for name, slot in slots.items()
            if slot.known_from
        ),
        *([(f"{where}.action", intent.action)] if intent.action else []),
    ]
    for here, taker in takers:
        if (operation := operations.get(taker.operation)) is not None:
            mapped = (f"{here}.arguments", taker.arguments, operation)
            yield from lint_types(*mapped, intent, catalog, operations)


def _public(
    where: str, intent: Intent, name: str, required: bool, operations: Operations
) -> Iterator[Finding]:
    operation = operations.get(name)
    if operation is not None and operation.scope is Scope.CUSTOMER and required and not intent.sign_in:
        yield error(where, f"{name} is about a customer, and with sign_in: false there may be none")


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
    yield from _public(where, intent, action.operation, True, operations)
    if intent.autonomy is Autonomy.DRAFT and action.approval is None:
        yield error(f"{where}.approval", "autonomy is draft: say which roles may approve it")
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
