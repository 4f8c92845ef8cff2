"""`/why`: what led to the last turn, from its way through the nodes to its events."""

from collections.abc import Iterator

from rich.console import Console

from hybrid_agent.catalog.phrasing import show
from hybrid_agent.cli import showing
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.acting.proposing import rule_on
from hybrid_agent.policy import Ruling
from hybrid_agent.state import Event, Request, State


def why(console: Console, state: State, deployment: Deployment) -> None:
    """Show the way, the requests with confidence, slots and ruling, the evidence and the events."""
    showing.row(console, "way", showing.way(state.get("trail", [])))
    for request in state["requests"]:
        _request(console, request, state, deployment)
    showing.rows(console, "evidence", (showing.evidence(item) for item in state["evidence"]), "dim")
    if (signals := state.get("signals")) is not None:
        showing.row(console, "signals", showing.gist(signals.model_dump(mode="json")))
    showing.rows(console, "events", (_event(event) for event in state["events"]), "dim")


def _request(console: Console, request: Request, state: State, deployment: Deployment) -> None:
    showing.row(
        console,
        "intent",
        f"{request.intent or '(none)'} {request.confidence:.2f}, {request.phase.value}: {request.text!r}",
        "bold",
    )
    showing.rows(console, "slots", (showing.slot(*pair) for pair in request.slots.items()))
    if request.action is not None:
        showing.row(console, "action", f"{request.action.operation}: {request.action.summary}")
        showing.row(console, "ruling", _ruling(rule_on(request, state, deployment)))


def _ruling(ruling: Ruling) -> str:
    needs = [name for name, needed in _needs(ruling) if needed]
    because = f" ({', '.join(ruling.reasons)})" if ruling.reasons else ""
    return f"{ruling.verdict.value}, needs {' and '.join(needs) or 'nothing'}{because}"


def _needs(ruling: Ruling) -> Iterator[tuple[str, bool]]:
    yield "the customer's yes", ruling.customer_yes
    yield "a person's approval", ruling.approval


def _event(event: Event) -> str:
    took = "" if event.ms is None else f" {event.ms:.0f} ms"
    intent = f" {event.intent}" if event.intent else ""
    told = show({name: each for name, each in event.data.items() if each not in (None, [], "")})
    return f"{event.at:%H:%M:%S} {event.kind.value}{intent}{took}  {told}".rstrip()
