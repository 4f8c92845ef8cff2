"""Reading the systems of record for a request, with arguments from its slots and facts only."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import JsonValue

from hybrid_agent.catalog import Read
from hybrid_agent.catalog.fitting import fitted
from hybrid_agent.catalog.paths import Scope, look_up
from hybrid_agent.catalog.phrasing import render
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.facts import fact
from hybrid_agent.state import Event, EventKind, Evidence, Request
from hybrid_agent_tools.operation import Operation


def arguments_for(
    paths: Mapping[str, str], operation: Operation, scope: Scope, timezone: str
) -> dict[str, JsonValue]:
    """What is known of an operation's arguments, each in the form that the operation takes."""
    fields = operation.arguments.model_fields
    found = {name: look_up(scope, path) for name, path in paths.items()}
    return {
        name: fitted(value, fields[name].annotation, timezone)
        for name, value in found.items()
        if value is not None and name in fields
    }


def arguments(read: Read, operation: Operation, scope: Scope, timezone: str) -> dict[str, JsonValue] | None:
    """The read's arguments, or None while one that it needs is not known."""
    given = arguments_for(read.arguments, operation, scope, timezone)
    needed = {name for name, field in operation.arguments.model_fields.items() if field.is_required()}
    return given if needed <= given.keys() else None


def slots_in(read: Read) -> list[str]:
    """The slots that a read takes its arguments from."""
    return [path.split(".")[1] for path in read.arguments.values() if path.startswith("slot.")]


def roots_in(read: Read) -> set[str]:
    """What a read takes its arguments from: `slot`, `business`, or the names of other reads."""
    return {path.partition(".")[0] for path in read.arguments.values()}


async def read_fact(
    deployment: Deployment,
    request: Request,
    name: str,
    read: Read,
    scope: Scope,
    *,
    customer_id: str | None,
) -> Evidence | None:
    """What the read says now, as evidence; None while its arguments are not known. Raises ToolError."""
    operation = deployment.toolbox.operations[read.operation]
    given = arguments(read, operation, scope, deployment.catalog.timezone)
    if given is None:
        return None
    result = await deployment.toolbox.read(read.operation, given, customer_id=customer_id)
    timezone = deployment.catalog.timezone
    found = fact(
        request,
        name,
        result,
        source=read.operation,
        title=operation.description,
        at=deployment.clock(),
        timezone=timezone,
    )
    return found.model_copy(update={"title": _title(read, {**scope, name: found.data}, operation)})


def _title(read: Read, scope: Mapping[str, JsonValue], operation: Operation) -> str:
    try:
        return render(read.title, scope) if read.title else operation.description
    except KeyError:
        return operation.description


def read_event(
    request: Request, operation: str, *, turn: str, at: datetime, ms: float, outcome: str
) -> Event:
    """That a system was read, how long it took, and how it ended; what was read is not in it."""
    return Event(
        kind=EventKind.READ,
        at=at,
        turn=turn,
        intent=request.intent,
        ms=ms,
        data={"operation": operation, "outcome": outcome},
    )
