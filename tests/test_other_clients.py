"""User interfaces that others made for LangGraph's API: what they are shown, and what they may send."""

from typing import Any

import pytest
from graph_kit import AGENT, REFUND, Stage, form
from pydantic import TypeAdapter

from hybrid_agent import Status

pytest_plugins = ["graph_fixtures"]


def of_langchain(name: str) -> TypeAdapter[Any]:
    """A type of LangChain's human-in-the-loop middleware."""
    middleware = pytest.importorskip("langchain.agents.middleware.human_in_the_loop")
    return TypeAdapter(getattr(middleware, name))


async def test_a_pause_is_what_langchains_inboxes_expect(stage: Stage) -> None:
    """Its value passes LangChain's own type, each action with a review of the same name."""
    await stage.say(REFUND)
    config: Any = {"configurable": {"thread_id": "t"}}
    (paused,) = (await stage.graph.aget_state(config)).interrupts
    request = of_langchain("HITLRequest").validate_python(paused.value)
    (action,), (review,) = request["action_requests"], request["review_configs"]
    assert action["name"] == review["action_name"]
    assert action["args"]["order_number"] == "1003"
    assert action["description"]
    assert review["args_schema"]["properties"].keys() >= action["args"].keys()


@pytest.mark.parametrize("kind", ["approve", "edit", "reject", "respond"])
async def test_decisions_are_langchains_with_the_approval_that_they_are_for(stage: Stage, kind: str) -> None:
    """What counts here is one of LangChain's decisions, and names the approval beside it."""
    pending = (await stage.say(REFUND)).approvals[0]
    more: dict[str, Any] = {"message": "A colleague looks into it."} if kind == "respond" else {}
    if kind == "edit":
        more = {
            "edited_action": {
                "name": "orders.refund",
                "args": {"amount": {"amount": "50.00", "currency": "EUR"}},
            }
        }
    decision = form(pending, kind, **more)
    of_langchain("HITLResponse").validate_python({"decisions": [decision]})
    turn = await stage.session.decide("t", [decision], AGENT)
    assert not turn.notices
    assert turn.status is Status.ANSWERED


async def test_a_decision_that_names_nothing_does_not_count(stage: Stage) -> None:
    """An inbox that sends LangChain's bare decision is told what is missing; the action goes on waiting."""
    await stage.say(REFUND)
    turn = await stage.session.decide("t", [{"type": "approve"}], AGENT)
    assert turn.status is Status.AWAITING_APPROVAL
    assert "approval_id" in turn.notices[0]
    assert len(turn.approvals) == 1
