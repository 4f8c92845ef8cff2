"""What the judge is asked: deepeval's faithfulness, answer relevancy and conversation completeness."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from hybrid_agent_evals.metrics.conversation import grounds, turns_of
from hybrid_agent_evals.playing.record import Played, PlayedTurn

if TYPE_CHECKING:
    from deepeval.models import DeepEvalBaseLLM
    from deepeval.test_case import LLMTestCase

Ask = Callable[["DeepEvalBaseLLM"], Awaitable[float]]
"""Asks a judge for a score (0..1)."""

Measure = Callable[[Played], Ask | None]
"""What is asked of a conversation; None where it has nothing to be judged so."""


def faithfulness(played: Played) -> Ask | None:
    """Whether the last answer with evidence says nothing against it."""
    turn = next((each for each in reversed(played.turns) if _is_answer(each) and each.grounds), None)
    if turn is None:
        return None
    from deepeval.metrics import FaithfulnessMetric

    return lambda judge: FaithfulnessMetric(model=judge, include_reason=False).a_measure(
        _single(turn), _show_indicator=False
    )


def relevancy(played: Played) -> Ask | None:
    """Whether the last answer is about what was asked."""
    turn = next((each for each in reversed(played.turns) if _is_answer(each)), None)
    if turn is None:
        return None
    from deepeval.metrics import AnswerRelevancyMetric

    return lambda judge: AnswerRelevancyMetric(model=judge, include_reason=False).a_measure(
        _single(turn), _show_indicator=False
    )


def completeness(played: Played) -> Ask | None:
    """Whether each wish of the customer was met in the conversation."""
    if not any(_is_answer(each) for each in played.turns):
        return None
    from deepeval.metrics import ConversationCompletenessMetric
    from deepeval.test_case import ConversationalTestCase

    whole = ConversationalTestCase(turns=turns_of(played))
    return lambda judge: ConversationCompletenessMetric(model=judge, include_reason=False).a_measure(
        whole, _show_indicator=False
    )


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "faithfulness": faithfulness,
        "answer relevancy": relevancy,
        "conversation completeness": completeness,
    }
)


def _is_answer(turn: PlayedTurn) -> bool:
    return turn.by == "customer" and bool(turn.reply)


def _single(turn: PlayedTurn) -> "LLMTestCase":
    from deepeval.test_case import LLMTestCase

    return LLMTestCase(input=turn.said, actual_output=turn.reply, retrieval_context=grounds(turn) or None)
