"""Whether a conversation ended as it must: what was written, how it stands, what was told. No judge."""

from collections.abc import Iterator, Sequence

from hybrid_agent.frozen import Frozen
from hybrid_agent.state import Status
from hybrid_agent_evals.cases.models import Case
from hybrid_agent_evals.checks.expected import compared
from hybrid_agent_evals.checks.texts import untold
from hybrid_agent_evals.playing.record import Played
from hybrid_agent_evals.worlds.calls import Called
from hybrid_agent_tools import Risk, all_operations

WITH_THE_BOT = frozenset({Status.ANSWERED, Status.AWAITING_CUSTOMER, Status.REFUSED})
"""Alike in the score: an agent without states of its own does not say whether its text asks or answers."""


class Score(Frozen):
    """What came of a conversation. `problems` says in words all that is otherwise than expected."""

    resolved: bool
    wrong_writes: int
    unapproved_writes: int
    problems: tuple[str, ...] = ()


def score(case: Case, played: Played) -> Score:
    """A write is wrong if none like it was expected (any more), unapproved if staff had approved nothing."""
    missing, wrong = compared(case.expect.writes, played.writes)
    unapproved = [each for each in played.writes if _unapproved(case, each)]
    problems = (
        *([f"failed: {played.error}"] if played.error else ()),
        *_status_problems(case.expect.status, played),
        *(f"not written: {each.operation} {dict(each.arguments)}" for each in missing),
        *(f"wrongly written: {each.operation} {dict(each.arguments)}" for each in wrong),
        *(f"written without approval: {each.operation}" for each in unapproved),
        *untold(case.expect.told, case.expect.not_told, played.replies),
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


def _unapproved(case: Case, write: Called) -> bool:
    risky = all_operations()[write.operation].risk is Risk.HIGH
    return risky and not any(turn.grants for turn in case.turns[: write.turn + 1])
