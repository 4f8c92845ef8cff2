"""Whether conditions compare with values that a field can have, and texts use forms that exist."""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, get_origin

from hybrid_agent.catalog.conditions import Bounds, Condition
from hybrid_agent.catalog.models import Intent
from hybrid_agent.catalog.paths import PATTERN
from hybrid_agent.catalog.phrasing import FORMS
from hybrid_agent_tools import Operation

_FORM = re.compile(r"\{" + PATTERN + r"\|([^{}]*)\}")


def lint_values(where: str, intent: Intent, operations: Mapping[str, Operation]) -> Iterator[tuple[str, str]]:
    """(where, what is wrong) for each value that its field never has, and each form that no text can take."""
    kinds = _kinds(intent, operations)
    for here, condition in _conditions(where, intent):
        yield from _never(here, condition, kinds)
    for here, text in texts(where, intent):
        for form in _FORM.findall(text):
            if form not in FORMS:
                yield here, f"there is no form |{form}; known: {', '.join(FORMS)}"


def _kinds(intent: Intent, operations: Mapping[str, Operation]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for name, read in intent.reads.items():
        if (operation := operations.get(read.operation)) is not None:
            root = f"{name}.items" if get_origin(operation.result) is list else f"{name}."
            found |= {f"{root}{field}": kind for field, kind in operation.result_fields().items()}
    return found


def _never(where: str, condition: Condition, kinds: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for path, test in condition.items():
        kind = kinds.get(path)
        if isinstance(test, Bounds) or not (isinstance(kind, type) and issubclass(kind, Enum)):
            continue
        values = [str(each.value) for each in kind]
        for wanted in test if isinstance(test, tuple) else (test,):
            if str(wanted) not in values:
                yield where, f"{path} is never {wanted!r}; it is one of: {', '.join(values)}"


def _conditions(where: str, intent: Intent) -> Iterator[tuple[str, Condition]]:
    yield from ((f"{where}.answers.{n}", each.when) for n, each in enumerate(intent.answers))
    yield from ((f"{where}.escalate.{n}", each.when) for n, each in enumerate(intent.escalate))
    if (action := intent.action) is not None:
        yield from ((f"{where}.action.allow.{n}", each.when) for n, each in enumerate(action.allow))
        by = action.approval.by if action.approval else ()
        yield from ((f"{where}.action.approval.by.{n}", each.when) for n, each in enumerate(by))
        yield f"{where}.action.approval.four_eyes", (action.approval and action.approval.four_eyes) or {}


def texts(where: str, intent: Intent) -> Iterator[tuple[str, str]]:
    """(where, text) for each text of an intent that customers read."""
    yield from ((f"{where}.reads.{name}.title", each.title or "") for name, each in intent.reads.items())
    yield from ((f"{where}.answers.{n}", each.say) for n, each in enumerate(intent.answers))
    yield from ((f"{where}.escalate.{n}", each.say or "") for n, each in enumerate(intent.escalate))
    if (action := intent.action) is not None:
        yield from ((f"{where}.action.allow.{n}", each.otherwise) for n, each in enumerate(action.allow))
        for field in ("summary", "confirm", "pending", "done", "rejected"):
            yield f"{where}.action.{field}", getattr(action, field) or ""
