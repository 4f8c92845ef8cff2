"""The sweep: approvals expire, people are reminded and idle ones lose conversations, each once."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from graph_kit import AGENT, REFUND, Stage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from records_kit import HOUR, NOW, action, ask, hand_off
from sqlalchemy import update

from hybrid_agent import Deployment, voice
from hybrid_agent.records import Records, approvals, hand_offs, messages, open_records, ownership
from hybrid_agent.records.models import By
from hybrid_agent.records.schema import approvals as table
from hybrid_agent.state import EventKind
from hybrid_agent.upkeep.sweep import Swept, keep_sweeping, sweep

pytest_plugins = ("graph_fixtures", "records_fixtures")


async def asked(stage: Stage) -> dict[str, Any]:
    """A refund is asked for and waits."""
    (pending,) = (await stage.say(REFUND)).approvals
    return dict(pending)


async def kinds(stage: Stage, kind: EventKind) -> list[Any]:
    """What happened of one kind."""
    return [each.event for each in await stage.happened() if each.event.kind is kind]


async def test_nothing_to_do_is_nothing_done(stage: Stage) -> None:
    """A sweep of a quiet service changes nothing."""
    assert await sweep(stage.deployment) == Swept()


async def test_an_approval_is_reminded_of_once_then_expires_and_is_asked_of_a_person(stage: Stage) -> None:
    """Half an hour before its end there is one reminder; at its end it is denied, told, and handed over."""
    pending = await asked(stage)
    stage.clock.turn(hours=3, minutes=31)
    assert (await sweep(stage.deployment)).reminded == (pending["id"],)
    assert (await sweep(stage.deployment)).reminded == ()
    stage.clock.turn(minutes=30)
    swept = await sweep(stage.deployment)
    assert len(swept.recovered.handed_off) == 1
    assert await sweep(stage.deployment) == Swept()
    assert stage.approvals() == [(pending["id"], "expired")]
    async with stage.deployment.records.read() as connection:
        said = await messages.of_thread(connection, "t")
    assert said[-1].by in (By.NOTICE, By.BOT) and "€104.40" in said[-1].text
    (reminded,) = await kinds(stage, EventKind.REMINDED)
    assert reminded.data["approval_id"] == pending["id"]
    assert len(await kinds(stage, EventKind.EXPIRED)) == 1


async def test_a_hand_off_that_nobody_takes_up_is_reminded_of_once(stage: Stage) -> None:
    """Past its time there is one reminder, and none where somebody has the conversation."""
    await stage.say("I want to talk to a person", "a")
    await stage.say("yes, a person please", "a")
    await stage.say("I want to talk to a person", "b")
    await stage.say("yes, a person please", "b")
    await voice.take_over(stage.deployment, "b", AGENT)
    open_ones = [each.id for each in await stage.handed_off("a")]
    assert open_ones
    stage.clock.turn(hours=4)
    await voice.keep_alive(stage.deployment, "b", AGENT)
    assert list((await sweep(stage.deployment)).reminded) == open_ones
    stage.clock.turn(minutes=1)
    assert (await sweep(stage.deployment)).reminded == ()


async def test_an_idle_person_loses_the_conversation_and_it_is_announced(stage: Stage) -> None:
    """After half an hour without a sign of life it is the bot's again; the customer is told, once."""
    await stage.say("hello")
    await voice.take_over(stage.deployment, "t", AGENT)
    stage.clock.turn(minutes=29)
    await voice.keep_alive(stage.deployment, "t", AGENT)
    stage.clock.turn(minutes=29)
    assert await sweep(stage.deployment) == Swept()
    stage.clock.turn(minutes=2)
    assert (await sweep(stage.deployment)).returned == ("t",)
    assert await sweep(stage.deployment) == Swept()
    assert len(await kinds(stage, EventKind.RETURNED)) == 1
    assert (await stage.say("where is order 1001?")).reply is not None


async def test_processes_that_sweep_at_once_do_each_thing_once(stage: Stage, url: str) -> None:
    """Two processes on one database, either kind: one reminder, one return, one expiry, one hand-off."""
    async with AsyncExitStack() as closing:
        both: list[Deployment] = []
        for _ in range(2):
            opened = await closing.enter_async_context(await open_records(url))
            both.append(replace(stage.deployment, records=opened, worker=f"w{len(both)}"))
        stage.clock.now = NOW + HOUR * 5
        async with both[0].records.write() as tx:
            for name in ("soon", "over"):
                await ask(tx, action(name, customer=name), name, thread=name)
            ends = stage.clock() + timedelta(minutes=10)
            await tx.execute(update(table).where(table.c.id == "soon").values(expires=ends))
            await hand_off(tx, "late", thread="late")
            await ownership.take(tx, "idle", by="mia", now=NOW)
        swept = await asyncio.gather(*(sweep(each) for each in both for _ in range(2)))
        assert sorted(id for each in swept for id in each.reminded) == ["late", "soon"]
        assert [thread for each in swept for thread in each.returned] == ["idle"]
        assert len([id for each in swept for id in each.recovered.handed_off]) == 1


async def test_the_sweep_goes_on_after_an_error_that_nobody_expected(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault in one round is logged with its cause, and the next round does the work."""
    pending = await asked(stage)
    stage.clock.turn(hours=5)
    rounds: list[int] = []

    def faulty() -> datetime:
        rounds.append(1)
        if len(rounds) == 1:
            raise LookupError("the clock is gone")
        return stage.clock.now

    short = replace(stage.deployment, clock=faulty, lease=timedelta(milliseconds=10))
    keeper = asyncio.create_task(keep_sweeping(short))
    try:
        async with asyncio.timeout(30):
            while stage.approvals() != [(pending["id"], "expired")]:
                await asyncio.sleep(0.01)
    finally:
        keeper.cancel()
        await asyncio.wait([keeper])
    assert "the clock is gone" in caplog.text


moments = st.lists(st.integers(0, 8 * 60), min_size=1, max_size=8).map(sorted)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments)
async def test_whenever_it_is_swept_each_reminder_comes_once_and_in_its_time(
    records: Records, moments: list[int]
) -> None:
    """An approval is reminded of in its last half hour only, a hand-off from its time on; never twice."""
    name = str(uuid4())
    async with records.write() as tx:
        await ask(tx, action(name, customer=name), name, thread=name)
        await hand_off(tx, f"h{name}", thread=name)
    seen: list[tuple[str, int]] = []
    for minute in moments:
        now = NOW + timedelta(minutes=minute)
        async with records.write() as tx:
            waiting = await approvals.remind(tx, now=now, before=timedelta(minutes=30), limit=50)
            passed = await hand_offs.remind(tx, now=now, limit=50)
        seen += [(each.id, minute) for each in waiting if each.thread == name]
        seen += [(each.id, minute) for each in passed if each.thread == name]
    expected = [next(((name, m) for m in moments if 30 <= m < 60), None)]
    expected.append(next(((f"h{name}", m) for m in moments if m >= 240), None))
    assert sorted(seen) == sorted(each for each in expected if each)


async def test_a_sweep_that_finds_more_than_it_takes_at_once_goes_on_until_none_is_left(stage: Stage) -> None:
    """Sixty hand-offs are reminded of and as many approvals expire in one sweep, however many go at once."""
    stage.clock.now = NOW + HOUR * 5
    async with stage.deployment.records.write() as tx:
        for name in map(str, range(60)):
            await ask(tx, action(f"a{name}", customer=name), f"a{name}", thread=f"a{name}")
            await hand_off(tx, f"h{name}", thread=f"h{name}")
    swept = await sweep(stage.deployment)
    assert (len(swept.reminded), len(swept.recovered.handed_off)) == (60, 60)
