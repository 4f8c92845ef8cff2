"""A message is screened before anything reads it: an attack is turned down, another language is noticed.

Nothing depends on it: what may be read or done is decided by the gate, whatever a message says.
"""

import asyncio

from langchain_core.messages import HumanMessage
from pydantic import JsonValue

from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.reasons import ASKED_FOR_PERSON, ATTACKS
from hybrid_agent.dialogue.saying import say
from hybrid_agent.guardrails.screening import Seen, notice
from hybrid_agent.reasoning.signals import read_signals
from hybrid_agent.state import Escalation, Event, EventKind, Point, PointKind, State, Update


async def screened(state: State, begun: Update, deployment: Deployment) -> Update:
    """The beginning of a turn, with what is seen of its message."""
    if deployment.screen is None or not begun["heard"]:
        return begun
    seen = await asyncio.to_thread(deployment.screen.look, begun["heard"])
    if seen.refused:
        return begun | _turned_down(state, begun, seen, deployment)
    if seen.language is not None:
        return begun | _abroad(state, begun, seen, seen.language, deployment)
    return begun


def _turned_down(state: State, begun: Update, seen: Seen, deployment: Deployment) -> Update:
    """No model reads the message, nothing is searched or done for it; a person can always be had."""
    refused = [*state.get("refused", []), begun["turn"]]
    reasons = {
        ASKED_FOR_PERSON: read_signals(begun["heard"]).wants_person,
        ATTACKS: _in_a_row(state, refused) >= deployment.catalog.signals.attacks,
    }
    because = tuple(reason for reason, holds in reasons.items() if holds)
    turned_down: Update = {
        "heard": "",
        "refused": refused,
        "events": [*begun["events"], _event(begun, deployment, attack=seen.attack)],
    }
    if because:
        return turned_down | {"escalation": Escalation(reasons=because)}
    point = say(PointKind.REFUSAL, deployment.phrases["attack"])
    return turned_down | {"points": [*begun["points"], point]}


def _in_a_row(state: State, refused: list[str]) -> int:
    """How many of the customer's latest messages were attacks."""
    said = [message.id for message in state.get("messages", []) if isinstance(message, HumanMessage)]
    served = [place for place, each in enumerate(said) if each not in refused]
    return len(said) - (served[-1] + 1 if served else 0)


def _abroad(state: State, begun: Update, seen: Seen, language: str, deployment: Deployment) -> Update:
    """The message is served as well as it can be; once the customer reads which language is answered in."""
    told, name = state.get("told", []), f"language:{language}"
    words = notice(language, deployment.catalog.language)
    points = (
        [] if words is None or name in told else [Point(kind=PointKind.NOTICE, text=words, literal=words)]
    )
    return {
        "language": language,
        "told": [*told, name] if points else told,
        "points": [*begun["points"], *points],
        "events": [*begun["events"], _event(begun, deployment, language=language, attack=seen.attack)],
    }


def _event(begun: Update, deployment: Deployment, **data: JsonValue) -> Event:
    return Event(kind=EventKind.SCREENED, at=deployment.clock(), turn=begun["turn"], data=data)
