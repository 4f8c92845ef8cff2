"""Whether every path in an intent leads to something that will be known when it is looked up."""

from collections.abc import Iterator, Mapping
from typing import get_origin

from hybrid_agent.catalog.conditions import condition_paths
from hybrid_agent.catalog.models import ActionRule, Catalog, Intent, Read
from hybrid_agent.catalog.phrasing import places
from hybrid_agent.catalog.policies import policy_paths
from hybrid_agent.slots import SlotKind
from hybrid_agent_tools import Operation

Paths = frozenset[str]
_SLOT_FIELDS = {
    SlotKind.MONEY: ("amount", "currency"),
    SlotKind.ADDRESS: ("line1", "city", "postcode", "country"),
}


def known_paths(intent: Intent, catalog: Catalog, operations: Mapping[str, Operation]) -> Paths:
    """Every path that slots, reads, policies and the business facts of this intent give."""
    known = {f"business.{name}" for name in catalog.business} | policy_paths(catalog.policies)
    for name in intent.slots:
        known.add(f"slot.{name}")
        slot = catalog.slots.get(name)
        known |= {f"slot.{name}.{field}" for field in (_SLOT_FIELDS.get(slot.kind, ()) if slot else ())}
    for name, read in intent.reads.items():
        known |= read_paths(name, read, operations)
    return frozenset(known)


def read_paths(name: str, read: Read, operations: Mapping[str, Operation]) -> Paths:
    """The paths that one read gives; a list is under `items[]`, with its `count`."""
    operation = operations.get(read.operation)
    return frozenset() if operation is None else _result_paths(name, operation)


def _result_paths(name: str, operation: Operation) -> Paths:
    fields = operation.result_fields()
    if get_origin(operation.result) is list:
        return frozenset({f"{name}.items", f"{name}.count"} | {f"{name}.items{field}" for field in fields})
    plain = {f"{name}.{field}" for field in fields}
    return frozenset({name} | plain | {path.removesuffix("[]") for path in plain})


def lint_paths(
    where: str, intent: Intent, known: Paths, operations: Mapping[str, Operation]
) -> Iterator[tuple[str, str]]:
    """(where, what is wrong) for each path that leads nowhere."""
    for here, path in _intent_paths(where, intent):
        if path not in known:
            yield here, _unknown(path, known)
    if intent.action is not None:
        arguments = {f"argument.{name}" for name in intent.action.arguments}
        for here, path in _action_paths(f"{where}.action", intent.action):
            if path not in known and ".".join(path.split(".")[:2]) not in arguments:
                yield here, _unknown(path, known | arguments)
        results = _results(intent.action, operations) | known | arguments
        for path in places(intent.action.done):
            if path not in results and ".".join(path.split(".")[:2]) not in arguments:
                yield f"{where}.action.done", _unknown(path, results)


def used_paths(intent: Intent) -> Iterator[str]:
    """Every path that an intent looks up or says."""
    yield from (path for _, path in _intent_paths("", intent))
    if intent.action is not None:
        yield from (path for _, path in _action_paths("", intent.action))
        yield from places(intent.action.done)


def _results(action: ActionRule, operations: Mapping[str, Operation]) -> Paths:
    operation = operations.get(action.operation)
    return frozenset() if operation is None else _result_paths("result", operation)


def _intent_paths(where: str, intent: Intent) -> Iterator[tuple[str, str]]:
    for name, read in intent.reads.items():
        yield from ((f"{where}.reads.{name}", path) for path in read.arguments.values())
        yield from ((f"{where}.reads.{name}.title", path) for path in places(read.title or ""))
    if intent.knowledge is not None and intent.knowledge.product is not None:
        yield f"{where}.knowledge.product", intent.knowledge.product
    yield from ((f"{where}.refuse", path) for path in places(intent.refuse or ""))
    for number, answer in enumerate(intent.answers):
        here = f"{where}.answers.{number}"
        yield from ((here, path) for path in (*condition_paths(answer.when), *places(answer.say)))
    for number, rule in enumerate(intent.escalate):
        here = f"{where}.escalate.{number}"
        yield from ((here, path) for path in (*condition_paths(rule.when), *places(rule.say or "")))


def _action_paths(where: str, action: ActionRule) -> Iterator[tuple[str, str]]:
    yield from ((f"{where}.arguments.{name}", path) for name, path in action.arguments.items())
    for number, allow in enumerate(action.allow):
        here = f"{where}.allow.{number}"
        yield from ((here, path) for path in (*condition_paths(allow.when), *places(allow.otherwise)))
    for number, approver in enumerate(action.approval.by if action.approval else ()):
        yield from ((f"{where}.approval.by.{number}", path) for path in condition_paths(approver.when))
    four_eyes = (action.approval and action.approval.four_eyes) or {}
    yield from ((f"{where}.approval.four_eyes", path) for path in condition_paths(four_eyes))
    for field in ("summary", "confirm", "pending", "rejected"):
        yield from (
            (f"{where}.{field}", path) for path in places(getattr(action, field) or "") if path not in _GIVEN
        )


_GIVEN = ("summary", "reason")


def _unknown(path: str, known: Paths) -> str:
    root = path.partition(".")[0]
    near = sorted(known_path for known_path in known if known_path.partition(".")[0] == root)
    return f"{path!r} is not given by a slot or a fact; " + (
        f"under {root!r} there are: {', '.join(near[:12])}" if near else f"there is no slot or read {root!r}"
    )
