"""Asking whether a person should take over."""

from collections.abc import Mapping

from hybrid_agent.dialogue.saying import say
from hybrid_agent.state import Point, PointKind, Question, QuestionKind, Request


def offer_person(request: Request, phrases: Mapping[str, str]) -> tuple[Question, tuple[Point, ...]]:
    """The question whether a colleague should take over, after answers that could not be used."""
    question = Question(kind=QuestionKind.PERSON, request_id=request.id)
    return question, (say(PointKind.ASK, phrases["offer_person"]),)
