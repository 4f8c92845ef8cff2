"""What a message answers to what is open: to a question, or to an action that waits for a person."""

import re

from hybrid_agent.reasoning.answers import AnswerKind, read_answer
from hybrid_agent.reasoning.protocol import Utterance
from hybrid_agent.state import QuestionKind

_TAKE_BACK = r"(?:cancel|stop|withdraw|forget|drop|don'?t|do not|no longer (?:want|need))"
_POLITE = r"\s*(?:please,?\s+|actually,?\s+|no,?\s+)*"
_END = r"(?:\s+(?:it|request|please|anymore|any more))*\W*"


def answer_to(utterance: Utterance) -> AnswerKind:
    """Yes, no or cancel by its words alone; unclear where it says more than that."""
    said = read_answer(utterance.text, also_yes=_agreeing(utterance)).kind
    if said is AnswerKind.UNCLEAR and any(_takes_back(utterance.text, each) for each in utterance.pending):
        return AnswerKind.CANCEL
    return said


def _agreeing(utterance: Utterance) -> tuple[str, ...]:
    """Words that say yes to this very question: "cancel it" where it is asked whether to cancel an order."""
    question = utterance.question
    if question is None or question.kind is not QuestionKind.CONFIRM or not question.text:
        return ()
    verb = question.text.split(maxsplit=1)[0]
    return question.text, f"{verb} it", f"{verb} that"


def _takes_back(text: str, summary: str) -> bool:
    """Whether the message takes back what waits: "cancel the refund", where the summary is "refund ..."."""
    verb = re.escape(summary.split(maxsplit=1)[0])
    pattern = rf"{_POLITE}{_TAKE_BACK}\s+(?:(?:the|my|this|that|your)\s+)?(?:\w+\s+)?{verb}\w*{_END}"
    return re.fullmatch(pattern, text, re.IGNORECASE) is not None
