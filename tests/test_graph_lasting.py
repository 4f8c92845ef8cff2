"""Conversations outlive processes, and a message that comes twice happens once."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import copy_of_sample
from graph_kit import ADDRESS, ANNA, REFUND, Clock, Stage, form, open_stage
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from hybrid_agent import Deployment, Status
from hybrid_agent.session import Session, Turn

pytest_plugins = ["graph_fixtures"]

Process = Callable[[], Any]


@pytest.fixture
def process(loaded: Deployment, tmp_path: Path, clock: Clock) -> Process:
    """A process on the test's files: opened anew each time, and gone when it is left."""

    folder = tmp_path / "process"
    folder.mkdir()

    @asynccontextmanager
    async def opened() -> AsyncIterator[Stage]:
        async with AsyncExitStack() as stack:
            saver = await stack.enter_async_context(
                AsyncSqliteSaver.from_conn_string(str(folder / "checkpoints.db"))
            )
            stage = await open_stage(loaded, folder, saver, clock=clock)
            stack.push_async_callback(stage.aclose)
            yield stage

    return opened


STORIES: dict[str, list[str]] = {
    "change": ["change the address of order 1001", "Hauptstraße 5, 10117 Berlin, Germany", "yes"],
    "correction": [ADDRESS, "no, I meant Seestraße 7, 10117 Berlin, Germany", "yes"],
    "choice": ["Where is my order?", "the second one", "Can I still return order 1003?"],
    "digression": ["I want to cancel order 1001", "What are your opening hours?", "no"],
    "person": ["Where is my order?", "blue", "bluer", "yes"],
}


@pytest.mark.parametrize("story", STORIES)
async def test_a_restart_between_any_two_turns_changes_nothing(
    process: Process, stage: Stage, story: str
) -> None:
    """A conversation whose process restarts after each turn reads like one that never did."""
    for text in STORIES[story]:
        expected = await stage.say(text)
        async with process() as fresh:
            turn = await fresh.say(text)
            writes = fresh.writes()
        assert turn.status is expected.status
        assert turn.reply.text == expected.reply.text
    assert writes == stage.writes()


async def test_an_approval_is_given_in_another_process(process: Process) -> None:
    """What one process asked for is approved, executed once and reported in another."""
    async with process() as first:
        pending = (await first.say(REFUND)).approvals[0]
    async with process() as second:
        turn = await second.decide(pending)
        assert "€104.40" in turn.reply.text and len(second.refunds()) == 1
    async with process() as third:
        await third.decide(pending)
        assert len(third.refunds()) == 1


async def test_two_processes_resume_at_once(process: Process) -> None:
    """Two processes that approve the same refund at the same moment pay it once."""
    async with process() as first, process() as second:
        pending = (await first.say(REFUND)).approvals[0]
        await asyncio.gather(first.decide(pending), second.decide(pending), return_exceptions=True)
        assert len(first.refunds()) == 1


@pytest.mark.parametrize("text", [REFUND, ADDRESS, "Where is my order 1002?", "I want to talk to a human"])
async def test_a_message_delivered_twice_is_one_message(stage: Stage, text: str) -> None:
    """The same message id again changes nothing: no second reply, action, approval or hand-off."""
    first = await stage.say(text, id="m-1")
    values, events = await stage.values(), len(await stage.happened())
    again = await stage.say(text, id="m-1")
    assert (again.status, again.reply) == (first.status, first.reply)
    assert [each["id"] for each in again.approvals] == [each["id"] for each in first.approvals]
    after = await stage.values()
    assert [each.id for each in after["messages"]] == [each.id for each in values["messages"]]
    assert after["requests"] == values["requests"]
    assert len(stage.effects()) == len(first.approvals) + (text is ADDRESS)
    assert len(await stage.handed_off()) == (first.status is Status.HANDED_OFF)
    assert len(await stage.happened()) == events


async def test_a_yes_delivered_twice_writes_once(stage: Stage) -> None:
    """A yes that arrives twice under one id is carried out once."""
    await stage.say(ADDRESS, id="m-1")
    await stage.say("yes", id="m-2")
    again = await stage.say("yes", id="m-2")
    assert stage.writes() == ["orders.update_address"]
    assert "Done" in again.reply.text
    assert stage.effects() == [("orders.update_address", "succeeded")]


async def test_an_old_message_delivered_again_changes_nothing(stage: Stage) -> None:
    """A message that is redelivered after others does not begin a turn of its own."""
    await stage.say(ADDRESS, id="m-1")
    await stage.say("no", id="m-2")
    await stage.say(ADDRESS, id="m-1")
    await stage.say("yes", id="m-3")
    assert stage.writes() == []


async def test_a_redelivery_keeps_a_pending_approval(stage: Stage) -> None:
    """A message delivered again while an approval waits leaves it waiting, and it can be given."""
    pending = (await stage.say(REFUND, id="m-1")).approvals[0]
    again = await stage.say(REFUND, id="m-1")
    assert again.status is Status.AWAITING_APPROVAL
    await stage.decide(pending)
    assert len(stage.refunds()) == 1


async def test_two_messages_at_once_are_served_one_after_the_other(stage: Stage) -> None:
    """Double texting loses neither message: both are answered, and the conversation keeps both."""
    turns = await asyncio.gather(
        stage.say("Where is my order 1002?", id="a"), stage.say("What are your opening hours?", id="b")
    )
    assert "on its way" in turns[0].reply.text and "18:00" in turns[1].reply.text
    kept = [each.id for each in (await stage.values())["messages"] if each.type == "human"]
    assert sorted(kept) == ["a", "b"]


async def test_two_yeses_at_once_write_once(stage: Stage) -> None:
    """An impatient customer who says yes twice gets one change."""
    await stage.say(ADDRESS)
    await asyncio.gather(stage.say("yes"), stage.say("yes!"), stage.say("yes please"))
    assert stage.writes() == ["orders.update_address"]


async def test_two_sessions_at_once_on_one_thread_lose_no_write_and_make_none_twice(stage: Stage) -> None:
    """Two processes that hear a yes at the same moment, without a common queue, write once."""
    await stage.say(ADDRESS)
    other = Session(stage.graph, stage.deployment)
    await asyncio.gather(stage.say("yes"), _send(other, "yes"), return_exceptions=True)
    assert stage.writes() == ["orders.update_address"]
    assert [status for _, status in stage.effects()] == ["succeeded"]


async def _send(session: Session, text: str) -> Turn:
    return await session.send("t", text, ANNA)


async def test_several_messages_in_one_input_are_one_turn(stage: Stage) -> None:
    """Messages that an app collected are read together and answered once."""
    given = {"messages": [("user", "hello"), ("user", "Where is my order 1002?")]}
    result = await stage.graph.ainvoke(given, {"configurable": {"thread_id": "t"}}, context=ANNA)
    assert "on its way" in result["reply"].text


CHILD = """
import asyncio, json, sys, warnings
warnings.simplefilter("error")
from hybrid_agent import Caller, build_graph, load_deployment
from hybrid_agent.session import Session
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

deployment = load_deployment(sys.argv[1])

async def main():
    async with AsyncSqliteSaver.from_conn_string(sys.argv[2]) as saver:
        session = Session(build_graph(deployment, checkpointer=saver), deployment)
        for line in json.loads(sys.argv[3]):
            if "decision" in line:
                turn = await session.decide("t", [line["decision"]], Caller.staff("mia", "agent"))
            else:
                turn = await session.send("t", line["text"], Caller.customer("C-1001"))
            print(json.dumps({"reply": turn.reply.text if turn.reply else None, "status": turn.status,
                              "approvals": [dict(each) for each in turn.approvals]}))
    await deployment.aclose()

asyncio.run(main())
"""


def child(file: Path, lines: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str]:
    """A second process with strict deserialisation: its turns, and what it wrote to its error output."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(file), str(file.parent / "checkpoints.db"), json.dumps(lines)],
        env={**os.environ, "LANGGRAPH_STRICT_MSGPACK": "true"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_strict_processes_go_on_where_another_stopped(tmp_path: Path, cache: Path) -> None:
    """With strict deserialisation a second process approves, without a warning or a lost type."""
    file = copy_of_sample(tmp_path / "sample", cache)
    asked, first = child(file, [{"text": REFUND}, {"text": "What are your opening hours?"}])
    (pending,) = asked[1]["approvals"]
    done, second = child(file, [{"decision": form(pending)}, {"text": "Where is order 1003?"}])
    assert done[0]["status"] == "answered" and "Done" in done[0]["reply"]
    assert done[1]["status"] == "answered"
    assert "msgpack" not in (first + second).lower() and "warn" not in (first + second).lower()
