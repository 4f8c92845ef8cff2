"""The one way to declare an endpoint: its path, who may call it, and what it is for.

Routes, access checks, CSRF, limits, OpenAPI and the tests that try every route with the wrong people are
derived from these declarations; there is no other way onto the site.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from starlette.requests import Request
from starlette.responses import Response

from hybrid_agent.caller import Kind
from hybrid_agent.serving.people import Person, Role
from hybrid_agent.serving.site import Site

Endpoint = Callable[[Request, Site, Person], Awaitable[Response]]
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
    """

    method: str
    path: str
    access: Access
    endpoint: Endpoint | OpenEndpoint
    summary: str
    json: bool = False
    body: int = 64_000
