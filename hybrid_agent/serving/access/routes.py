"""Who may call which address of LangGraph's API. One that is not listed here is closed to everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Flag, auto
from functools import cache
from re import Pattern
from types import MappingProxyType
from typing import Final

from starlette.routing import compile_path

from hybrid_agent.serving.people import Person, Role


class Who(Flag):
    """Kinds of callers. Viewers are none: they see nothing unmasked, and LangGraph's API masks nothing."""

    EVERYBODY = auto()
    CHATTER = auto()
    """Customers and anonymous visitors, in conversations of their own."""
    AGENT = auto()
    """Agents, supervisors and admins, in all conversations."""
    ADMIN = auto()
    TALKING = CHATTER | AGENT


ADDRESSES: Final[Mapping[str, Who]] = MappingProxyType(
    {
        "GET /": Who.EVERYBODY,
        "GET /ok": Who.EVERYBODY,
        "GET /info": Who.EVERYBODY,
        "GET /docs": Who.EVERYBODY,
        "GET /openapi.json": Who.EVERYBODY,
        "POST /threads": Who.CHATTER,
        "POST /threads/search": Who.TALKING,
        "POST /threads/count": Who.TALKING,
        "GET /threads/{thread_id}": Who.TALKING,
        "DELETE /threads/{thread_id}": Who.ADMIN,
        "GET /threads/{thread_id}/state": Who.TALKING,
        "GET /threads/{thread_id}/state/{checkpoint_id}": Who.AGENT,
        "POST /threads/{thread_id}/state/checkpoint": Who.AGENT,
        "GET /threads/{thread_id}/history": Who.TALKING,
        "POST /threads/{thread_id}/history": Who.TALKING,
        "POST /threads/{thread_id}/runs": Who.TALKING,
        "POST /threads/{thread_id}/runs/stream": Who.TALKING,
        "POST /threads/{thread_id}/runs/wait": Who.TALKING,
        "GET /threads/{thread_id}/runs": Who.TALKING,
        "GET /threads/{thread_id}/runs/{run_id}": Who.TALKING,
        "GET /threads/{thread_id}/runs/{run_id}/join": Who.TALKING,
        "GET /threads/{thread_id}/runs/{run_id}/stream": Who.TALKING,
        "POST /assistants/search": Who.AGENT,
        "POST /assistants/count": Who.AGENT,
        "GET /assistants/{assistant_id}": Who.AGENT,
        "GET /assistants/{assistant_id}/graph": Who.AGENT,
        "GET /assistants/{assistant_id}/schemas": Who.AGENT,
        "GET /assistants/{assistant_id}/subgraphs": Who.AGENT,
    }
)
"""Method and path; HEAD is allowed where GET is."""


@dataclass(frozen=True, slots=True)
class _Address:
    method: str
    path: Pattern[str]
    who: Who


def who_may(method: str, path: str) -> Who | None:
    """Who may call an address of LangGraph's API; None where it is closed or not there."""
    wanted = "GET" if method == "HEAD" else method
    found = (each for each in _addresses() if each.method == wanted and each.path.match(path))
    return next((each.who for each in found), None)


def kind_of(person: Person) -> Who:
    """What a person is to LangGraph's API."""
    if person.role is None:
        return Who.EVERYBODY | Who.CHATTER
    if person.role < Role.AGENT:
        return Who.EVERYBODY
    return Who.EVERYBODY | Who.AGENT | (Who.ADMIN if person.role >= Role.ADMIN else Who.EVERYBODY)


@cache
def _addresses() -> tuple[_Address, ...]:
    """The addresses as patterns, those without a place in them first."""
    ordered = sorted(ADDRESSES.items(), key=lambda each: each[0].count("{"))
    parted = ((address.partition(" "), who) for address, who in ordered)
    return tuple(_Address(method, compile_path(path)[0], who) for (method, _, path), who in parted)
