"""Entering the decisions that a run was resumed with, each for the request that it names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hybrid_agent.caller import Caller, Kind
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue import requests as queue
from hybrid_agent.dialogue.deciding.decisions import enter
from hybrid_agent.dialogue.deciding.following import Entered
from hybrid_agent.dialogue.deciding.inbox import Form, inbox_request
from hybrid_agent.policy import is_stranger
from hybrid_agent.records import approvals
from hybrid_agent.records.models import Approval
from hybrid_agent.state import Escalation, Event, Phase, Point, State, Status, Update


@dataclass(frozen=True, slots=True)
class Deciding:
    """Where and by whom it is decided."""

    deployment: Deployment
    thread: str
    caller: Caller


async def pause_payload(
    asked: list[Approval], state: State, deployment: Deployment, caller: Caller
) -> dict[str, Any]:
    """What the pause shows. A run that a stranger started or resumed ends in it too: no approval is shown."""
    resumed_by_staff = caller.kind is Kind.STAFF and state["status"] is not Status.REFUSED
    if is_stranger(caller, state.get("customer_id")) and not resumed_by_staff:
        return inbox_request([], [], {}, state["notices"])
    operations = deployment.toolbox.operations
    schemas = {each.operation: operations[each.operation].arguments.model_json_schema() for each in asked}
    async with deployment.records.read() as connection:
        signed = await approvals.signed(connection, *(each.id for each in asked))
    return inbox_request(asked, signed, schemas, state["notices"])


async def decide(forms: Sequence[Form], state: State, deciding: Deciding) -> Update:
    """What follows from the decisions; one that does not count leaves a notice for whoever made it."""
    requests = state["requests"]
    points, events, notices = list[Point](), list[Event](), list[str]()
    escalation: Escalation | None = None
    for form in forms:
        entered = await _one(form, {**state, "requests": requests}, deciding)
        if isinstance(entered, str):
            notices.append(entered)
            continue
        requests = queue.replaced(requests, entered.request)
        points += entered.points
        events += entered.events
        notices += [entered.notice] if entered.notice else []
        escalation = escalation or entered.escalation
    return {
        "requests": requests,
        "points": points,
        "notices": notices,
        "escalation": escalation,
        "events": [*state["events"], *events],
    }


async def _one(form: Form, state: State, deciding: Deciding) -> Entered | str:
    waiting = queue.in_phase(state["requests"], Phase.APPROVING)
    request = next((each for each in waiting if each.approval_id == form.approval_id), None)
    if request is None:
        known = ", ".join(str(each.approval_id) for each in waiting) or "none"
        return f"Nothing in this conversation waits under {form.approval_id}; waiting: {known}."
    return await enter(form, request, deciding.caller, state, deciding.deployment, deciding.thread)
