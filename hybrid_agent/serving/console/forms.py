"""The form in which an action is edited: fields from the operation's schema, and what was typed as JSON."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pydantic import JsonValue, ValidationError

from hybrid_agent.serving.console.words import heading, words
from hybrid_agent.yamlfile.reading import in_words
from hybrid_agent_tools import Operation

PREFIX = "argument."
"""What the names of an argument's fields begin with in the posted form."""
PROBLEMS = {
    "string_too_short": "This must be filled in.",
    "string_pattern_mismatch": "This is not written as it has to be.",
    "decimal_parsing": "This has to be a number, such as 49.90.",
    "decimal_type": "This has to be a number, such as 49.90.",
}
LONG = 250
"""From so many allowed characters on a text has several lines."""


class Kind(StrEnum):
    """How a field is typed."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    WHOLE = "whole"
    CHOICE = "choice"
    YES_NO = "yes_no"
    DATE = "date"
    LINES = "lines"
    """A list of texts, one a line."""
    KEPT = "kept"
    """A list of records, which no form field can edit: it stays as it is."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: where its value stands in the arguments, how it is typed, and what is in it."""

    path: tuple[str, ...]
    kind: Kind
    required: bool
    help: str = ""
    options: tuple[str, ...] = ()
    longest: int | None = None
    fixed: bool = False
    value: str = ""
    problem: str = ""

    @property
    def name(self) -> str:
        """Its name in the posted form."""
        return PREFIX + ".".join(self.path)

    @property
    def label(self) -> str:
        """What it is called on the page."""
        first, *others = self.path
        inner = [words(part) for part in others if part != first]
        return ": ".join([heading(first), *inner])


def fields_of(
    operation: Operation, arguments: Mapping[str, JsonValue], fixed: Collection[str]
) -> tuple[Field, ...]:
    """The fields of an operation's arguments with their values; `fixed` arguments cannot be typed."""
    schema = operation.arguments.model_json_schema()
    found = _fields(schema, schema.get("$defs", {}), (), required=True)
    return tuple(
        replace(each, fixed=each.path[0] in fixed, value=_written(arguments, each)) for each in found
    )


def typed(fields: Collection[Field], posted: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields as they were posted; a fixed one, or one that was not posted, keeps its value."""
    return tuple(
        each
        if each.fixed or each.kind is Kind.KEPT
        else replace(each, value=posted.get(each.name, each.value).replace("\r\n", "\n").strip())
        for each in fields
    )


def arguments_of(fields: Collection[Field], before: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The arguments that the fields say; what no field can edit is as it was before."""
    said: dict[str, JsonValue] = {}
    for each in fields:
        if each.kind is Kind.KEPT:
            _put(said, each.path, _at(before, each.path))
        elif each.value or each.required:
            _put(said, each.path, _read(each))
    return said


def checked(
    operation: Operation, fields: Collection[Field], before: Mapping[str, JsonValue]
) -> tuple[dict[str, JsonValue], tuple[Field, ...]]:
    """What the edit changes, by argument, and the fields with the problems of what was typed beside them."""
    said = arguments_of(fields, before)
    try:
        model = operation.arguments.model_validate(said)
    except ValidationError as error:
        return {}, _with_problems(fields, error)
    canonical: dict[str, JsonValue] = model.model_dump(mode="json", exclude_none=True)
    changed = {name: each for name, each in canonical.items() if before.get(name) != each}
    return changed | {name: None for name in before if name not in canonical}, tuple(fields)


def _fields(
    schema: Mapping[str, Any], shared: Mapping[str, Any], path: tuple[str, ...], *, required: bool
) -> Iterator[Field]:
    meant, optional = _meant(schema, shared)
    if (named := meant.get("properties")) is not None:
        needed = set(meant.get("required", ()))
        for name, each in named.items():
            yield from _fields(
                each, shared, (*path, name), required=required and not optional and name in needed
            )
        return
    yield Field(
        path=path,
        kind=_kind(meant),
        required=required and not optional,
        help=str(schema.get("description", meant.get("description", ""))),
        options=tuple(str(each) for each in meant.get("enum", ())),
        longest=meant.get("maxLength"),
    )


def _meant(schema: Mapping[str, Any], shared: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The schema behind references and alternatives, and whether nothing at all is one of them."""
    if "$ref" in schema:
        return _meant(shared[str(schema["$ref"]).rpartition("/")[2]], shared)
    if "anyOf" not in schema:
        return schema, False
    options = [each for each in schema["anyOf"] if each.get("type") != "null"]
    texts = [each for each in options if each.get("type") == "string"]
    numbers = [each for each in options if each.get("type") in ("number", "integer")]
    chosen = numbers[0] if numbers and texts else options[0]
    return _meant(chosen, shared)[0], len(options) < len(schema["anyOf"])


def _kind(schema: Mapping[str, Any]) -> Kind:
    """How a value of this schema is typed; what no field can hold is kept."""
    simple = {"boolean": Kind.YES_NO, "integer": Kind.WHOLE, "number": Kind.NUMBER}
    if "enum" in schema:
        return Kind.CHOICE
    if schema.get("type") == "array" and schema.get("items", {}).get("type") == "string":
        return Kind.LINES
    if schema.get("type") == "string":
        long = Kind.LONG if schema.get("maxLength", 0) > LONG else Kind.TEXT
        return Kind.DATE if schema.get("format") == "date" else long
    return simple.get(str(schema.get("type")), Kind.KEPT)


def _at(arguments: Mapping[str, JsonValue], path: tuple[str, ...]) -> JsonValue:
    found: JsonValue = dict(arguments)
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _put(said: dict[str, JsonValue], path: tuple[str, ...], value: JsonValue) -> None:
    for part in path[:-1]:
        inner = said.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        said = inner
    if value is not None:
        said[path[-1]] = value


def _written(arguments: Mapping[str, JsonValue], field: Field) -> str:
    value = _at(arguments, field.path)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and field.kind is Kind.LINES:
        return "\n".join(str(each) for each in value)
    return str(value)


def _read(field: Field) -> JsonValue:
    """What was typed as JSON; numbers stay texts, because money is exact and a float is not."""
    match field.kind:
        case Kind.YES_NO:
            return field.value == "yes"
        case Kind.LINES:
            return [line.strip() for line in field.value.splitlines() if line.strip()]
        case Kind.NUMBER:
            return field.value.replace(",", ".") if field.value.count(",") == 1 else field.value
        case _:
            return field.value


def _with_problems(fields: Collection[Field], error: ValidationError) -> tuple[Field, ...]:
    """Each problem beside the field that it is about, or the nearest field of its argument."""
    problems: dict[tuple[str, ...], str] = {}
    for each in error.errors(include_url=False, include_input=False, include_context=False):
        where = tuple(str(part) for part in each["loc"])
        known = next((f.path for f in fields if f.path == where[: len(f.path)]), None)
        near = known or next((f.path for f in fields if f.path[:1] == where[:1]), next(iter(fields)).path)
        problems.setdefault(near, PROBLEMS.get(each["type"]) or in_words(each["msg"]))
    return tuple(replace(each, problem=problems.get(each.path, "")) for each in fields)
