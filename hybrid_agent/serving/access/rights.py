"""What callers of LangGraph's API may do with threads and assistants; whatever is not listed is refused."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from hybrid_agent.caller import Caller, Kind
from hybrid_agent.serving.access.door import check_run

OWNER: Final = "owner"
"""The field of a thread's metadata that names whose it is."""

Allowed = bool | dict[str, str]
"""Whether it may be done, or to which threads: those whose metadata has these values."""

Right = Callable[[Caller, dict[str, Any]], Allowed]


def right_to(resource: str, action: str) -> Right:
    """What is asked before an action is done to a resource."""
    return RIGHTS.get((resource, action), _refused)


def _refused(caller: Caller, value: dict[str, Any]) -> Allowed:
    return False


def _open(caller: Caller, value: dict[str, Any]) -> Allowed:
    """A new conversation is its customer's, and carries nothing that its customer put on it."""
    if caller.kind is Kind.STAFF:
        return False
    metadata = value.setdefault("metadata", {})
    metadata.clear()
    metadata[OWNER] = caller.identity
    return _theirs(caller, value)


def _theirs(caller: Caller, value: dict[str, Any]) -> Allowed:
    """Customers reach their own conversations, staff whose role may reach the address at all: every one."""
    return True if caller.kind is Kind.STAFF else {OWNER: caller.identity}


def _run(caller: Caller, value: dict[str, Any]) -> Allowed:
    check_run(caller, value)
    return _theirs(caller, value)


def _staff(caller: Caller, value: dict[str, Any]) -> Allowed:
    return caller.kind is Kind.STAFF


RIGHTS: Final[Mapping[tuple[str, str], Right]] = MappingProxyType(
    {
        ("threads", "create"): _open,
        ("threads", "read"): _theirs,
        ("threads", "search"): _theirs,
        ("threads", "create_run"): _run,
        ("threads", "delete"): _staff,
        ("assistants", "read"): _staff,
        ("assistants", "search"): _staff,
    }
)
"""Rights within what `access.routes` lets through, which knows the roles of staff."""
