"""Running a node: what becomes of its model calls."""

import logging

import pytest
from graph_kit import Stage
from langchain_core.language_models import FakeListChatModel
from langgraph.graph import END, START, StateGraph

from hybrid_agent import Caller
from hybrid_agent.chat_model import chat_model, stream
from hybrid_agent.nodes import Here
from hybrid_agent.running import RunningNode, caller_in_context
from hybrid_agent.state import State, Update
from hybrid_agent_prompts import Filled

pytest_plugins = ["graph_fixtures"]


class BrokenError(Exception):
    """What a node fails with."""


async def test_the_calls_of_a_node_that_fails_are_logged(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """The call is paid for, so it is told with its purpose, model, tokens and outcome; the failure passes."""
    model = chat_model(FakeListChatModel(responses=["All is well."]), name="fake")

    async def speak(_: State, __: Here) -> Update:
        filled = Filled("wish", "a" * 64, "You greet.", "Hello")
        assert "".join([piece async for piece in stream(model, filled, purpose="compose")])
        raise BrokenError

    builder = StateGraph(State, context_schema=Caller)
    builder.add_node("speak", RunningNode("speak", speak, stage.deployment, caller_in_context))
    builder.add_edge(START, "speak")
    builder.add_edge("speak", END)
    with caplog.at_level(logging.WARNING), pytest.raises(BrokenError):
        await builder.compile().ainvoke(State(messages=[]), context=Caller())
    lost = [record for record in caplog.records if record.name == "hybrid_agent.running"]
    assert len(lost) == 1
    assert lost[0].getMessage().startswith("speak ended without an update after a call of fake to compose")
    call = vars(lost[0])["call"]
    assert (call["purpose"], call["model"], call["outcome"]) == ("compose", "fake", "ok")
    assert call["tokens_in"] > 0 and call["tokens_out"] > 0
