"""The one way to declare an endpoint: its path, who may call it, and what it is for.

Routes, access checks, CSRF, limits, OpenAPI and the tests that try every route with the wrong people are
derived from these declarations; there is no other way onto the site.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from hybrid_agent.caller import Kind
from hybrid_agent.serving.people import Person, Role
from hybrid_agent.serving.site import Site

Endpoint = Callable[[Request, Site, Person], Awaitable[Response]]
Model = TypeVar("Model", bound=BaseModel)
OpenEndpoint = Callable[[Request, Site], Awaitable[Response]]


class Access(Enum):
    """Who may call an endpoint. Staff endpoints name the lowest role."""

    EVERYBODY = "everybody"
    VISITOR = "visitor"
    """Customers and anonymous visitors, who have a token of theirs; never staff."""
    VIEWER = Role.VIEWER
    AGENT = Role.AGENT
    SUPERVISOR = Role.SUPERVISOR
    ADMIN = Role.ADMIN

    def allows(self, person: Person | None) -> bool:
        """Whether this person, or nobody known, may call it."""
        if self is Access.EVERYBODY:
            return True
        if person is None:
            return False
        if self is Access.VISITOR:
            return person.kind is not Kind.STAFF
        return person.role is not None and person.role >= self.value


@dataclass(frozen=True, slots=True)
class Page:
    """An endpoint of the console, the chat or the site. `summary` is its line in the OpenAPI document.

    `endpoint` is an OpenEndpoint where everybody may call it, else an Endpoint. `json` says that it answers
    programs: errors are JSON there and pages elsewhere. `body` is the most bytes that it reads.

    `query` and `reads` are what its query string and its body must be, the body being JSON where `json` says
    so and a form elsewhere: `query_of` and `body_of` give them to the endpoint. `answers` is what it answers
    with as JSON, `streams` the media type of an answer that is none. `framed` says that pages of the origins
    in the settings may embed it. `status` is how it answers where all went well.
    """

    method: str
    path: str
    access: Access
    endpoint: Endpoint | OpenEndpoint
    summary: str
    json: bool = False
    body: int = 64_000
    query: type[BaseModel] | None = None
    reads: type[BaseModel] | None = None
    answers: type[BaseModel] | None = None
    streams: str | None = None
    framed: bool = False
    status: int = 200


def query_of(request: Request, model: type[Model]) -> Model:
    """The query string as its Page declares it."""
    return _read(request.state.query, model)


def body_of(request: Request, model: type[Model]) -> Model:
    """The body as its Page declares it."""
    return _read(request.state.body, model)


def _read(found: object, model: type[Model]) -> Model:
    if not isinstance(found, model):
        raise TypeError(f"the page declares {type(found).__name__}, its endpoint reads {model.__name__}")
    return found
