"""Whether a text uses a value that a system may not have: a reply with a hole in it is never sent."""

from collections.abc import Iterable, Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from hybrid_agent.catalog.conditions import Bounds, Condition
from hybrid_agent.catalog.models import ActionRule, Intent
from hybrid_agent.catalog.phrasing import places
from hybrid_agent_tools import Operation

Missable = frozenset[str]
TEXTS = ("summary", "confirm", "pending", "done", "rejected")


def lint_missing(
    where: str, intent: Intent, operations: Mapping[str, Operation], passing: Missable = frozenset()
) -> Iterator[tuple[str, str]]:
    """(where, what is wrong) for each place that may be empty although nothing asks for its value.

    `passing` are paths that do not lead anywhere on every day.
    """
    missable = _of_reads(intent, operations) | passing
    for number, answer in enumerate(intent.answers):
        yield from _holes(f"{where}.answers.{number}.say", answer.say, sure(answer.when), missable)
    for number, rule in enumerate(intent.escalate):
        yield from _holes(f"{where}.escalate.{number}.say", rule.say or "", sure(rule.when), missable)
    if intent.action is not None:
        yield from _in_action(f"{where}.action", intent.action, missable, operations)


def _in_action(
    where: str, action: ActionRule, missable: Missable, operations: Mapping[str, Operation]
) -> Iterator[tuple[str, str]]:
    known: frozenset[str] = frozenset()
    for number, allow in enumerate(action.allow):
        absent = frozenset(path for path, test in allow.when.items() if _absent(test))
        here = known | (absent if len(allow.when) == 1 else frozenset())
        yield from _holes(f"{where}.allow.{number}.otherwise", allow.otherwise, here, missable)
        known |= sure(allow.when)
    operation = operations.get(action.operation)
    results = frozenset(_missable("result", operation.result)) if operation else frozenset()
    for field in TEXTS:
        text = getattr(action, field) or ""
        yield from _holes(f"{where}.{field}", text, known, missable | results)


def _holes(where: str, text: str, known: Iterable[str], missable: Missable) -> Iterator[tuple[str, str]]:
    for path in dict.fromkeys(places(text)):
        for part in missable:
            under = path == part or path.startswith((f"{part}.", f"{part}[]"))
            if under and not any(one == part or one.startswith(f"{part}.") for one in known):
                yield where, f"{{{path}}} may be missing: say it only `when: {{{part}: {{present: true}}}}`"
                break


def sure(condition: Condition) -> frozenset[str]:
    """The paths that surely have a value where the condition holds."""
    return frozenset(path for path, test in condition.items() if not _absent(test))


def _absent(test: object) -> bool:
    return isinstance(test, Bounds) and test.present is False


def _of_reads(intent: Intent, operations: Mapping[str, Operation]) -> Missable:
    found: set[str] = set()
    for name, read in intent.reads.items():
        operation = operations.get(read.operation)
        if operation is not None:
            found |= set(_missable(name, operation.result))
        if not read.required:
            found.add(name)
    return frozenset(found)


def _missable(path: str, annotation: Any) -> Iterator[str]:
    """The paths under a type that may be None, or lists that may be empty."""
    if get_origin(annotation) is Annotated:
        yield from _missable(path, get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        parts = get_args(annotation)
        if NoneType in parts:
            yield path
        for part in parts:
            yield from _missable(path, part)
    elif get_origin(annotation) is list:
        yield f"{path}.items"
    elif get_origin(annotation) is tuple:
        yield path
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            yield from _missable(f"{path}.{name}", field.annotation)
