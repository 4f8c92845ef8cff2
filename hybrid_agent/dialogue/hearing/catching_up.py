"""What a crash or a recovery did to a request behind its conversation's back."""

from collections.abc import Iterable

from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue import requests as queue
from hybrid_agent.dialogue.acting.effects import BEGUN
from hybrid_agent.dialogue.acting.passing import passing_id
from hybrid_agent.reasoning.answers import AnswerKind
from hybrid_agent.reasoning.protocol import Understanding
from hybrid_agent.records import hand_offs, ledger
from hybrid_agent.records.models import EffectStatus
from hybrid_agent.state import Action, Phase, Question, QuestionKind, Request

WAITING = (Phase.CONFIRMING, Phase.APPROVING, Phase.CLEARED)


async def caught_up(requests: Iterable[Request], deployment: Deployment) -> list[Request]:
    """The requests as the ledger has their actions: begun on a yes that was lost, or passed on."""
    return [
        await _caught_up(request, request.action, deployment)
        if request.action is not None and request.phase in WAITING
        else request
        for request in requests
    ]


async def _caught_up(request: Request, action: Action, deployment: Deployment) -> Request:
    async with deployment.records.read() as connection:
        effect = await ledger.get(connection, action.id)
        passed = await hand_offs.get(connection, passing_id(action.id))
    if effect is None:
        return request
    if passed is not None and effect.status is not EffectStatus.SUCCEEDED:
        return request.model_copy(update={"phase": Phase.HANDED_OFF})
    if request.phase is Phase.CONFIRMING and effect.status in BEGUN:
        return begun(request)
    return request


def begun(request: Request) -> Request:
    """The request of an action that was claimed: it needs no further yes, only its outcome told."""
    confirmed = request.action.digest if request.action else None
    return request.model_copy(update={"phase": Phase.CLEARED, "confirmed": confirmed})


def is_overtaken(question: Question | None, requests: Iterable[Request]) -> bool:
    """Whether the customer is asked for a yes that was given already."""
    about = queue.about(requests, question) if question else None
    return (
        question is not None
        and question.kind is QuestionKind.CONFIRM
        and about is not None
        and about.phase is not Phase.CONFIRMING
    )


def without_answer(understanding: Understanding) -> Understanding:
    """The message without its yes or no, where the question that it answers was overtaken."""
    if understanding.answer is AnswerKind.UNCLEAR:
        return understanding
    return understanding.model_copy(update={"readings": (), "answer": AnswerKind.UNCLEAR})
