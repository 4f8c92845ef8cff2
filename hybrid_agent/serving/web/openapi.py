"""The JSON routes as an OpenAPI 3.1 document, derived from the pages."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, JsonSchemaValue, models_json_schema

from hybrid_agent.serving.errors import (
    BadRequestError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    NotReadyError,
    NotSignedInError,
    OutdatedError,
    ServingError,
    TooLargeError,
    TooManyRequestsError,
)
from hybrid_agent.serving.routing import Access, Page

Schemas = Mapping[Any, JsonSchemaValue]

PARAMETER: Final = re.compile(r"{(\w+)(?::\w+)?}")
ANYWHERE: Final = (NotReadyError, TooManyRequestsError)
NOTHING: Final = 204
WITH_INPUT: Final = (BadRequestError, InvalidInputError)
PROBLEM: Final[Mapping[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "problems": {"type": "object", "additionalProperties": {"type": "string"}},
        "request_id": {"type": "string"},
    },
}


def document(pages: Sequence[Page], name: str) -> dict[str, Any]:
    """The OpenAPI document of the pages that answer programs."""
    listed = [each for each in pages if each.json]
    schemas, definitions = models_json_schema(_models(listed), ref_template="#/components/schemas/{model}")
    paths: dict[str, dict[str, Any]] = {}
    for page in listed:
        path = PARAMETER.sub(r"{\1}", page.path)
        paths.setdefault(path, {})[page.method.lower()] = _operation(page, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": "1"},
        "paths": paths,
        "components": {
            "schemas": {**definitions.get("$defs", {}), "Problem": PROBLEM},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _models(pages: Sequence[Page]) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    taken = {page.reads for page in pages if page.reads}
    given = {page.answers for page in pages if page.answers}
    listed: list[tuple[type[BaseModel], JsonSchemaMode]] = [(each, "validation") for each in taken]
    listed += [(each, "serialization") for each in given]
    return sorted(listed, key=lambda each: (each[0].__name__, each[1]))


def _operation(page: Page, schemas: Schemas) -> dict[str, Any]:
    closed = page.access is not Access.EVERYBODY
    operation: dict[str, Any] = {
        "summary": page.summary,
        "operationId": _id(page),
        "parameters": [*_in_path(page), *_in_query(page)],
        "responses": _responses(page, schemas),
        "security": [{"bearer": []}] if closed else [],
    }
    if page.reads:
        content = {"application/json": {"schema": schemas[page.reads, "validation"]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _responses(page: Page, schemas: Schemas) -> dict[str, Any]:
    schema = schemas[page.answers, "serialization"] if page.answers else {}
    good: dict[str, Any] = {"description": "It worked"}
    if page.status != NOTHING:
        good["content"] = {page.streams or "application/json": {"schema": schema}}
    errors: list[type[ServingError]] = [*ANYWHERE]
    if page.access is not Access.EVERYBODY:
        errors += [NotSignedInError, NotAllowedError]
    elif page.method == "POST":
        errors += [NotSignedInError, NotFoundError]
    if page.query or page.reads:
        errors += WITH_INPUT
    if page.reads:
        errors += [TooLargeError, OutdatedError]
    if "{" in page.path:
        errors += [NotFoundError]
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    bad = {str(each.status): {"description": each.title, "content": problem} for each in errors}
    return {str(page.status): good, **dict(sorted(bad.items()))}


def _in_path(page: Page) -> list[dict[str, Any]]:
    names = PARAMETER.findall(page.path)
    return [{"name": each, "in": "path", "required": True, "schema": {"type": "string"}} for each in names]


def _in_query(page: Page) -> list[dict[str, Any]]:
    if page.query is None:
        return []
    schema = page.query.model_json_schema()
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": each}
        for name, each in schema.get("properties", {}).items()
    ]


def _id(page: Page) -> str:
    words = [word for part in page.path.split("/") for word in re.findall(r"\w+", part)]
    return "_".join((page.method.lower(), *words))
