"""Conversations as they were played, made by hand: one that is as it must be, and its parts."""

from datetime import datetime
from typing import Any

from hybrid_agent.state import QuestionKind, Status
from hybrid_agent_evals.cases.models import Case, Placed
from hybrid_agent_evals.playing.record import Asked, Played, PlayedEffect, PlayedTurn, Shown
from hybrid_agent_evals.worlds.calls import Called
from hybrid_agent_evals.worlds.rows import RowChange

AT = datetime.fromisoformat("2026-11-23T10:30:00+01:00")
ANNA = "C-1001"
CONFIRM = Asked(kind=QuestionKind.CONFIRM)
CANCEL = Shown(operation="orders.cancel", arguments={"order_number": "1001"}, summary="cancel order 1001")


def case(*said: str, **more: Any) -> Placed:
    """A case that expects next to nothing."""
    given = {
        "id": "c",
        "says": "It goes well.",
        "about": "anything",
        "customer": ANNA,
        "turns": [{"customer": each} for each in said or ("Hello",)],
        "expect": {"status": list(Status)},
    }
    return Placed(Case.model_validate({**given, **more}), AT)


def turn(said: str = "Hello", **more: Any) -> PlayedTurn:
    """A customer's turn."""
    return PlayedTurn(**{"by": "customer", "said": said, "customer": ANNA, "status": Status.ANSWERED, **more})


def staff(deed: str = "approve", **more: Any) -> PlayedTurn:
    return PlayedTurn(
        **{"by": "staff", "said": f"{deed} by mia", "deed": deed, "status": Status.ANSWERED, **more}
    )


def write(operation: str = "orders.cancel", at: int = 0, **more: Any) -> Called:
    given = {"arguments": {"order_number": "1001"}, "customer": ANNA, "turn": at}
    return Called(**{"operation": operation, **given, **more})


def effect(operation: str = "orders.cancel", **more: Any) -> PlayedEffect:
    given: dict[str, Any] = {
        "intent": "x",
        "operation": operation,
        "arguments": {"order_number": "1001"},
        "customer": ANNA,
        "status": "succeeded",
        "approved_by": "mia",
    }
    return PlayedEffect(**{**given, **more})


ASKED_FOR, AGREED, APPROVED = turn(asked=CONFIRM), turn("Yes", pending=(CANCEL,)), staff()
CHANGED = RowChange(table="orders", key="1001", before={"a": 1}, after={"a": 2}, owner=ANNA)
DONE = Played(
    turns=(ASKED_FOR, AGREED, APPROVED), writes=(write(at=2),), effects=(effect(),), changes=(CHANGED,)
)
"""A cancellation as it must be: a question, a yes, an approval, the write, its row and its effect."""


def but(played: Played = DONE, **more: Any) -> Played:
    return played.model_copy(update=more)
