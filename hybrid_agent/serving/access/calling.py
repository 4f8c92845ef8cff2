"""The caller of a run on a server: whoever was authenticated when the run was made, and nobody else."""

from collections.abc import Mapping
from typing import Any

from langgraph.config import get_config

from hybrid_agent.caller import Caller
from hybrid_agent.serving.people import Person

CALLER = "caller"
"""The field of LangGraph's user that holds the caller, as plain data."""


def user_of(person: Person) -> dict[str, Any]:
    """A person as LangGraph's server knows users; it is stored with each run of theirs."""
    return {
        "identity": person.caller.identity,
        "display_name": person.name,
        "is_authenticated": True,
        "permissions": [],
        CALLER: person.caller.model_dump(mode="json"),
    }


def caller_of(user: Any) -> Caller:
    """The caller whom a server's user stands for, a mapping or a model; nobody known where there is none."""
    if user is None:
        return Caller()
    fields = user if isinstance(user, Mapping) else user.model_dump()
    return Caller.model_validate(dict(fields[CALLER]))


def caller_of_run() -> Caller:
    """The caller of the run that is under way. Its `context` is the client's word and is not asked."""
    return caller_of(get_config().get("configurable", {}).get("langgraph_auth_user"))
