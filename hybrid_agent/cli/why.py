"""`/why`: what led to the last turn, from its way through the nodes to its events."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console

from hybrid_agent.catalog.phrasing import show
from hybrid_agent.cli import showing
from hybrid_agent.cli.spent import call_in_words, calls_of, currency_of, usage_in_words
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.acting.proposing import rule_on
from hybrid_agent.dialogue.closing.composing import JUDGED, judged_in
from hybrid_agent.policy import Ruling
from hybrid_agent.reasoning.protocol import OPINIONS, Opinion
from hybrid_agent.state import Event, EventKind, Judged, Request, State, usage_of
from hybrid_agent.usage import Usage

SHOWN_BEFORE: Final = frozenset({EventKind.CONSULTED, *JUDGED})
"""Events with rows of their own."""


def why(console: Console, state: State, deployment: Deployment) -> None:
    """Show the way, the opinions, the requests with confidence, slots and ruling, the evidence, the model
    calls with what they took, the verdicts on the model's sentences, and the events."""
    showing.row(console, "way", showing.way(state.get("trail", [])))
    showing.rows(console, "opinions", _opinions(state["events"]))
    for request in state["requests"]:
        _request(console, request, state, deployment)
    showing.rows(console, "evidence", (showing.evidence(item) for item in state["evidence"]), "dim")
    if (signals := state.get("signals")) is not None:
        showing.row(console, "signals", showing.gist(signals.model_dump(mode="json")))
    _calls(console, state, deployment)
    showing.rows(console, "said", _judged(state["events"], EventKind.SAID), "dim")
    showing.rows(console, "dropped", _judged(state["events"], EventKind.DROPPED), "yellow")
    others = (event for event in state["events"] if event.kind not in SHOWN_BEFORE)
    showing.rows(console, "events", (_event(event) for event in others), "dim")


def _calls(console: Console, state: State, deployment: Deployment) -> None:
    """The turn's model calls, and what the turn and the conversation took; nothing where there were none."""
    trail, total = state.get("trail", []), state.get("usage", Usage())
    if not total.calls:
        return
    currency = currency_of(deployment.model)
    showing.rows(console, "model calls", (call_in_words(call, currency) for call in calls_of(trail)))
    showing.row(console, "this turn", usage_in_words(usage_of(trail), currency))
    showing.row(console, "in all", usage_in_words(total, currency))


def _opinions(events: Sequence[Event]) -> list[str]:
    """Who took the message for what, and how probable that is by itself."""
    said = (event.data[OPINIONS] for event in events if OPINIONS in event.data)
    found = next(said, None)
    told = [Opinion.model_validate(each) for each in found] if isinstance(found, list) else []
    return [f"{each.by}: {each.intent or '(none)'} {each.confidence:.2f}" for each in told]


def _judged(events: Sequence[Event], kind: EventKind) -> list[str]:
    """Why each sentence in a model's words was said or was not."""
    found = judged_in(event for event in events if event.kind is kind)
    return [f"a sentence in the model's words: {'; '.join(_grounds(each))}" for each in found]


def _grounds(judged: Judged) -> Iterator[str]:
    if judged.violations:
        yield show(list(judged.violations))
    if judged.score is not None:
        yield f"score {judged.score:.2f}"
    if judged.said and judged.evidence:
        yield f"{'moved to' if judged.recited else 'by'} {show(list(judged.evidence))}"


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
    data = {name: each for name, each in event.data.items() if name != OPINIONS}
    told = show({name: each for name, each in data.items() if each not in (None, [], "")})
    return f"{event.at:%H:%M:%S} {event.kind.value}{intent}{took}  {told}".rstrip()
