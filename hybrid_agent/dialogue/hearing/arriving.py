"""A message arrives: the turn begins, or the bot stays silent, or it says at once why it cannot serve."""

from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.messages import HumanMessage, RemoveMessage

from hybrid_agent.caller import Caller
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue import requests as queue
from hybrid_agent.dialogue.saying import say
from hybrid_agent.records.models import Said
from hybrid_agent.redaction.messages import Own
from hybrid_agent.redaction.screen import Screened, screen_text
from hybrid_agent.state import Event, EventKind, Phase, Point, PointKind, State, Status, Update


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who has the conversation: a person by name, or the bot while a hand-off waits to be taken.

    `away` says that a person had it since the bot's last turn, `stranger` that it is somebody else's. `said`
    is what people said in it, or the bot outside of its turns, that the state does not hold yet.
    """

    person: str | None = None
    waiting: bool = False
    away: bool = False
    stranger: bool = False
    said: Sequence[Said] = ()


def new_messages(state: State) -> list[HumanMessage]:
    """The customer's messages since the last turn: usually one, several when they text twice."""
    new: list[HumanMessage] = []
    for message in reversed(state.get("messages", [])):
        if not isinstance(message, HumanMessage) or message.id == state.get("turn"):
            break
        new.append(message)
    return new[::-1]


def arrive(
    state: State, messages: list[HumanMessage], caller: Caller, deployment: Deployment, arrived: Arrived
) -> Update:
    """The state at the start of a turn."""
    screened = [screen_text(str(message.text)) for message in messages]
    turn = str(messages[-1].id) if messages else "empty"
    heard = "\n".join(each.text for each in screened).strip()
    now = deployment.clock()
    begun: Update = _kept(state, arrived) | {
        "turn": turn,
        "heard": heard,
        "language": None,
        "started": now,
        "points": [],
        "sentences": [],
        "signals": None,
        "reply": None,
        "escalation": None,
        "served": None,
        "notices": [],
        "trail": [],
        "events": [Event(kind=EventKind.RECEIVED, at=now, turn=turn, data={"characters": len(heard)})],
    }
    return begun | _first_word(state, heard, messages, screened, caller, deployment, arrived)


def _kept(state: State, arrived: Arrived) -> Update:
    """What the first turn begins with, and what is left after a person had the conversation: it is theirs."""
    first: Update = {
        "requests": [],
        "evidence": [],
        "question": None,
        "misunderstood": 0,
        "refused": [],
        "told": [],
    }
    kept = {name: value for name, value in first.items() if name not in state}
    if arrived.person is None and not arrived.away:
        return kept
    return kept | {"requests": queue.over(state.get("requests", [])), "question": None}


def _handed_off(state: State) -> Update:
    """What was handed off before is over for the bot: a new hand-off is not about it."""
    earlier = queue.in_phase(state.get("requests", []), Phase.HANDED_OFF)
    return {"requests": queue.replaced(state["requests"], *queue.over(earlier))} if earlier else {}


def _first_word(
    state: State,
    heard: str,
    messages: Sequence[HumanMessage],
    screened: list[Screened],
    caller: Caller,
    deployment: Deployment,
    arrived: Arrived,
) -> Update:
    """What is decided before anything is understood: strangers, silence, messages with nothing in them."""
    phrases = deployment.phrases
    if arrived.stranger:
        return _refused(say(PointKind.REFUSAL, phrases["not_yours"]), messages)
    known: Update = {"customer_id": caller.customer_id}
    if arrived.person is None and not arrived.away:
        known |= _handed_off(state)
    if arrived.person is not None:
        return known | {"status": Status.HANDED_OFF, "heard": ""}
    if arrived.waiting:
        point = say(PointKind.HAND_OFF, phrases["hand_off_added"])
        return known | {"status": Status.HANDED_OFF, "heard": "", "points": [point]}
    if not heard:
        point = say(PointKind.ASK, phrases["empty_message"])
        return known | {"points": [point]}
    notices = [
        say(PointKind.NOTICE, phrases[phrase])
        for phrase, seen in (
            ("redacted_secret", any(each.secrets for each in screened)),
            ("message_cut", any(each.cut for each in screened)),
        )
        if seen
    ]
    return known | {"points": notices}


def _refused(point: Point, messages: Sequence[HumanMessage]) -> Update:
    """A stranger's words do not stay in the conversation."""
    removed = [RemoveMessage(id=str(message.id)) for message in messages]
    return {"messages": Own(removed), "points": [point], "heard": "", "status": Status.REFUSED}
