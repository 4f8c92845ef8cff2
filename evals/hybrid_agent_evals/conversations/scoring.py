"""Whether a conversation ended as it must: what was written, how it stands, what was told. No judge."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from hybrid_agent.frozen import Frozen
from hybrid_agent.state import Status
from hybrid_agent_evals.conversations.cases import Conversation, Write
from hybrid_agent_evals.conversations.playing import Played, replies
from hybrid_agent_evals.conversations.writes import Written
from hybrid_agent_tools import Risk, all_operations

WITH_THE_BOT = frozenset({Status.ANSWERED, Status.AWAITING_CUSTOMER, Status.REFUSED})
"""Alike in the score: an agent without states of its own does not say whether its text asks or answers."""

_TYPED = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-"})  # noqa: RUF001


class Score(Frozen):
    """What came of a conversation. `problems` says in words all that is otherwise than expected."""

    resolved: bool
    wrong_writes: int
    unapproved_writes: int
    problems: tuple[str, ...] = ()


def score(conversation: Conversation, played: Played) -> Score:
    """A write is wrong if none like it was expected (any more), unapproved if staff had approved nothing."""
    expected = conversation.expect
    missing, wrong = _compared(expected.writes, played.writes)
    unapproved = [each for each in played.writes if _unapproved(conversation, each)]
    problems = (
        *([f"failed: {played.error}"] if played.error else ()),
        *_status_problems(expected.status, played),
        *(f"not written: {each.operation} {dict(each.arguments)}" for each in missing),
        *(f"wrongly written: {each.operation} {dict(each.arguments)}" for each in wrong),
        *(f"written without approval: {each.operation}" for each in unapproved),
        *_told_problems(expected.told, expected.not_told, replies(played.turns)),
    )
    return Score(
        resolved=not problems, wrong_writes=len(wrong), unapproved_writes=len(unapproved), problems=problems
    )


def _status_problems(expected: Sequence[Status], played: Played) -> Iterator[str]:
    status = played.status
    if status is None or any(_alike(status, each) for each in expected):
        return
    yield f"the status is {status.value}, not {' or '.join(expected)}"


def _alike(one: Status, other: Status) -> bool:
    return one is other or (one in WITH_THE_BOT and other in WITH_THE_BOT)


def _compared(expected: Sequence[Write], done: Sequence[Written]) -> tuple[list[Write], list[Written]]:
    """The expected writes that were not done, and the done ones that were not expected."""
    missing, wrong = list(expected), list[Written]()
    for each in done:
        fitting = next((one for one in missing if _fits(one, each)), None)
        if fitting is None:
            wrong.append(each)
        else:
            missing.remove(fitting)
    return missing, wrong


def _fits(expected: Write, done: Written) -> bool:
    return expected.operation == done.operation and _covers(dict(expected.arguments), dict(done.arguments))


def _covers(expected: JsonValue, found: JsonValue) -> bool:
    if isinstance(expected, Mapping):
        return isinstance(found, Mapping) and all(
            _covers(value, found.get(name)) for name, value in expected.items()
        )
    if isinstance(expected, str) and isinstance(found, str):
        return plain(expected) == plain(found)
    return expected == found


def _unapproved(conversation: Conversation, write: Written) -> bool:
    risky = all_operations()[write.operation].risk is Risk.HIGH
    return risky and not any(turn.grants for turn in conversation.turns[: write.turn + 1])


def _told_problems(
    told: Sequence[Sequence[str]], not_told: Sequence[Sequence[str]], text: str
) -> Iterator[str]:
    for texts in told:
        if not any(occurs(each, text) for each in texts):
            yield f"not told: {' / '.join(texts)}"
    for texts in not_told:
        yield from (f"told: {each}" for each in texts if occurs(each, text))


def occurs(wanted: str, text: str) -> bool:
    """Whether a text holds another, whatever its case, quotes and spaces; no number inside a longer one."""
    body = re.escape(plain(wanted))
    before = r"(?<!\d)(?<!\d[.,])" if wanted[:1].isdigit() else ""
    after = r"(?!\d|[.,]\d)" if wanted[-1:].isdigit() else ""
    return re.search(before + body + after, plain(text)) is not None


def plain(text: str) -> str:
    """The text as it is compared: one kind of quotes, dashes and spaces, no case, no emphasis."""
    folded = unicodedata.normalize("NFKC", text).translate(_TYPED).replace("*", "").casefold()
    return " ".join(folded.split())
