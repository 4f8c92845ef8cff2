"""What a request carries, read into the models that a page declares."""

import json
from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request

from hybrid_agent.serving.errors import BadRequestError, InvalidInputError, NotFoundError
from hybrid_agent.serving.rendering.templates import CSRF_FIELD
from hybrid_agent.serving.routing import Page
from hybrid_agent.yamlfile.reading import in_words

DEEPEST: Final = 32
"""Levels of JSON: our forms have three."""
TOO_DEEP: Final = f"The JSON is nested more than {DEEPEST} levels deep."
MOST_FIELDS: Final = 200


async def read_into(request: Request, page: Page) -> None:
    """Keep what the page declares to read in the request's state: `routing.query` and `routing.body` give it.

    Raises BadRequestError for what cannot be read, InvalidInputError for values that do not fit, and
    NotFoundError for an address that no id has.
    """
    if _has_nul(request.path_params):
        raise NotFoundError("There is no such address.")
    if page.query is not None:
        request.state.query = _validated(page.query, _texts(request.query_params))
    if page.reads is not None:
        values = await _json(request) if page.json else await _form(request)
        request.state.body = _validated(page.reads, values)


def _validated(model: type[BaseModel], values: object) -> BaseModel:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = {
            ".".join(str(part) for part in each["loc"]) or "the whole": in_words(each["msg"])
            for each in error.errors(include_url=False, include_context=False, include_input=False)
        }
        said = "; ".join(f"{name}: {what}" for name, what in problems.items())
        raise InvalidInputError(said, problems) from None


async def _json(request: Request) -> object:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise BadRequestError("Send JSON, with the header Content-Type: application/json.")
    try:
        found = json.loads(await request.body())
    except RecursionError:
        raise BadRequestError(TOO_DEEP) from None
    except ValueError:
        raise BadRequestError("The body is not JSON.") from None
    if _depth(found) > DEEPEST:
        raise BadRequestError(TOO_DEEP)
    return found


async def form_of(request: Request) -> FormData:
    """The form that was posted, without files; Starlette keeps it, so it is read once."""
    return await request.form(max_files=0, max_fields=MOST_FIELDS)


async def _form(request: Request) -> dict[str, str]:
    form = await form_of(request)
    return _texts({name: each for name, each in form.items() if isinstance(each, str) and name != CSRF_FIELD})


def _texts(values: Mapping[str, str]) -> dict[str, str]:
    """Values that a page or an address has: no browser puts a NUL there, and databases refuse it."""
    if _has_nul(values):
        raise BadRequestError("What was sent has a NUL in it, which no text has.")
    return dict(values)


def _has_nul(values: Mapping[str, str]) -> bool:
    return any("\0" in each for each in values.values())


def _depth(value: object) -> int:
    """How deep lists and objects nest."""
    level, depth = [value], 0
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [part for each in level for part in (each.values() if isinstance(each, dict) else each)]
    return depth
