"""What a message answers to what is open: to a question, or to an action that waits for a person."""

import re

from hybrid_agent.reasoning.answers import AnswerKind, read_answer
from hybrid_agent.reasoning.protocol import Utterance
from hybrid_agent.state import QuestionKind

_TAKE_BACK = r"(?:cancel|stop|withdraw|forget|drop|don['\u2019]?t|do not|no longer (?:want|need))"
_POLITE = r"\W*(?:(?:please|actually|no|oh|ok|okay|wait|stop|hold on|sorry|hmm?)\b\W*)*"
_WHAT = r"(?:it|that|this|(?:my|the|that) order|(?:order )?#?\d+|request)"
_END = rf"(?:\s+(?:{_WHAT}|please|anymore|any more|after all|now|yet|then))*\W*"
_STAYS = re.compile(
    r"\W*(?:(?:please|just|but|no)\W+)*(?:leave|keep)\s+"
    r"(?:it|that|this|them|everything|all|things|(?:my|the)(?:\s+\w+){1,3}?)"
    r"(?:\s+(?:as\s+(?:it|they)\s+(?:is|are|was|were)|as\s+is|the\s+way\s+(?:it|they)\s+(?:is|are|was|were)|alone|open))?"
    r"(?:[\s,]+(?:please|thanks|then|for now|after all))*\W*",
    re.IGNORECASE,
)


def answer_to(utterance: Utterance) -> AnswerKind:
    """Yes, no or cancel by its words alone; unclear where it says more than that."""
    said = read_answer(utterance.text, also_yes=_agreeing(utterance))
    if said.kind is not AnswerKind.UNCLEAR:
        return said.kind
    if any(_takes_back(utterance.text, each) for each in utterance.pending):
        return AnswerKind.CANCEL
    stays = said.leads_with is not AnswerKind.YES and _STAYS.fullmatch(said.remainder)
    if stays and _decides(utterance) and not _keeps_request(utterance):
        return said.leads_with or AnswerKind.NO
    return AnswerKind.UNCLEAR


def _decides(utterance: Utterance) -> bool:
    """Whether something is about to change, so that "leave it as it is" answers that."""
    question = utterance.question
    return bool(utterance.pending) or (question is not None and question.kind is QuestionKind.CONFIRM)


def _keeps_request(utterance: Utterance) -> bool:
    """Whether what is to stay is the request itself: "keep my request", or "the refund" that waits."""
    asked = utterance.question.text if utterance.question else ""
    verbs = [each.split(maxsplit=1)[0] for each in (*utterance.pending, asked) if each]
    wanted = "|".join(re.escape(each) for each in ("request", *verbs, *(() if asked else ("open",))))
    return re.search(rf"\b(?:{wanted})", utterance.text, re.IGNORECASE) is not None


def _agreeing(utterance: Utterance) -> tuple[str, ...]:
    """Words that say yes to this very question: "cancel it" where it is asked whether to cancel an order."""
    question = utterance.question
    if question is None or question.kind is not QuestionKind.CONFIRM or not question.text:
        return ()
    verb = question.text.split(maxsplit=1)[0]
    return question.text, f"{verb} it", f"{verb} that"


def _takes_back(text: str, summary: str) -> bool:
    """Whether the message takes back what waits: "cancel the refund", where the summary is "refund ..."."""
    if not set(re.findall(r"\d+", text)) <= set(re.findall(r"\d+", summary)):
        return False
    verb = re.escape(summary.split(maxsplit=1)[0])
    what = rf"(?:(?:the|my|this|that|your)\s+)?(?:(?!{_TAKE_BACK})\w+\s+)?{verb}\w*"
    pattern = rf"{_POLITE}{_TAKE_BACK}\s+{what}{_END}"
    return re.fullmatch(pattern, text, re.IGNORECASE) is not None
