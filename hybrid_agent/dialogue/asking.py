"""Asking the customer: whether a person should take over, and that something was asked."""

from collections.abc import Mapping
from datetime import datetime

from hybrid_agent.dialogue.saying import say
from hybrid_agent.state import Event, EventKind, Point, PointKind, Question, QuestionKind, Request


def offer_person(request: Request, phrases: Mapping[str, str]) -> tuple[Question, tuple[Point, ...]]:
    """The question whether a colleague should take over, after answers that could not be used."""
    question = Question(kind=QuestionKind.PERSON, request_id=request.id)
    return question, (say(PointKind.ASK, phrases["offer_person"]),)


def asked(question: Question, request: Request, turn: str, at: datetime) -> Event:
    """That a question was asked; neither its words nor its options are in it."""
    return Event(
        kind=EventKind.ASKED,
        at=at,
        turn=turn,
        intent=request.intent,
        data={"kind": question.kind.value, "slot": question.slot},
    )
