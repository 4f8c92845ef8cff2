"""Live pages: what is committed by anybody is seen once by everybody who looks on."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from records_kit import action, ask

from hybrid_agent.records import Records, events, messages, open_records
from hybrid_agent.records.errors import UnavailableError
from hybrid_agent.records.models import By, Message, Said
from hybrid_agent.serving.beside import beside
from hybrid_agent.serving.errors import TooManyRequestsError
from hybrid_agent.serving.live import Changed, Feed, Reachable, Unreachable, at_signal
from hybrid_agent.serving.live.feed import BACKLOG, MOST_OF_ONE, Subscription
from hybrid_agent.state import Event, EventKind

pytest_plugins = ["records_fixtures"]

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@asynccontextmanager
async def running(feed: Feed) -> AsyncIterator[Feed]:
    async with beside(live_feed=feed.run()):
        yield feed


async def say(records: Records, thread: str, *texts: str) -> None:
    async with records.write_relaxed() as tx:
        await messages.open_conversation(tx, thread, owner="C-1", customer_id="C-1", now=NOW)
        said = [Said(mark=text, by=By.CUSTOMER, text=text, at=NOW) for text in texts]
        await messages.add(tx, thread, said)


async def happen(records: Records, thread: str, at: datetime = NOW) -> None:
    async with records.write_relaxed() as tx:
        await events.append(tx, [Event(kind=EventKind.RELEASED, at=at)], thread=thread, customer_id=None)


async def first(subscription: Subscription, count: int) -> list[object]:
    read: list[object] = []
    async with asyncio.timeout(5):
        async for each in subscription:
            read.append(each)
            if len(read) == count:
                break
    return read


def texts(read: list[object]) -> list[str]:
    return [each.text for each in read if isinstance(each, Message)]


async def test_a_reader_sees_its_conversation_from_now_on_and_no_other(records: Records) -> None:
    """What is said and what changes in a conversation reaches its readers in order, and nobody else's."""
    await say(records, "one", "before")
    async with running(Feed(records, every=0.01)) as feed, feed.subscribe("one") as reader:
        await say(records, "two", "not for them")
        await say(records, "one", "hello", "again")
        await happen(records, "one")
        read = await first(reader, 3)
    assert texts(read) == ["hello", "again"]
    assert read[2] == Changed("one")


async def test_an_approval_that_is_registered_after_its_turn_is_told(records: Records) -> None:
    """The number of pending approvals is watched, too: the events of their turn come before them."""
    async with running(Feed(records, every=0.01)) as feed, feed.subscribe("t1") as reader:
        await happen(records, "t1")
        assert await first(reader, 1) == [Changed("t1")]
        async with records.write() as tx:
            await ask(tx, action())
        assert await first(reader, 1) == [Changed("t1")]


async def test_a_thing_committed_late_under_a_lower_id_is_told_too(url: str) -> None:
    """Where two transactions overlap, what commits last is seen although its id is the lower one."""
    if url.startswith("sqlite"):
        pytest.skip("SQLite has one writer: ids are committed in order")
    async with await open_records(url) as records:
        await say(records, "one", "begin")
        await say(records, "two", "begin")
        async with (
            running(Feed(records, every=0.01)) as feed,
            feed.subscribe("one") as reader,
            feed.subscribe("two") as other,
        ):
            async with records.write_relaxed() as slow:
                await messages.add(slow, "one", [Said(mark="s", by=By.BOT, text="slow", at=NOW)])
                await say(records, "two", "quick")
                assert texts(await first(other, 1)) == ["quick"]
            assert texts(await first(reader, 1)) == ["slow"]


async def test_the_inbox_hears_which_conversations_changed(records: Records) -> None:
    """A word or an event in any conversation names it to the inbox."""
    async with running(Feed(records, every=0.01)) as feed, feed.subscribe_inbox() as inbox:
        await say(records, "one", "hello")
        assert await first(inbox, 1) == [Changed("one")]
        await happen(records, "two")
        assert await first(inbox, 1) == [Changed("two")]


@dataclass
class Failing:
    """Records that can be taken away."""

    records: Records
    away: bool = field(default=False)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[object]:
        if self.away:
            raise UnavailableError("the database cannot be reached")
        async with self.records.read() as connection:
            yield connection


async def test_a_database_that_comes_back_costs_nothing(tmp_path: Path) -> None:
    """Readers hear that the records are away, stay, and get what was said meanwhile."""
    async with await open_records(f"sqlite:///{tmp_path}/records.db") as records:
        failing = Failing(records)
        async with running(Feed(failing, every=0.01)) as feed, feed.subscribe("one") as reader:  # type: ignore[arg-type]
            failing.away = True
            assert await first(reader, 1) == [Unreachable()]
            await say(records, "one", "meanwhile")
            failing.away = False
            back, said = await first(reader, 2)
            assert back == Reachable()
            assert texts([said]) == ["meanwhile"]


async def test_a_slow_reader_is_let_go_and_no_other() -> None:
    """Who falls behind too far reads what waits, then the end; nothing grows without bound."""
    slow = Subscription("one", "slow")
    for _ in range(BACKLOG + 50):
        slow.put(Changed("one"))
    assert len([each async for each in slow]) == BACKLOG


async def test_one_reader_has_no_more_than_so_many_streams(tmp_path: Path) -> None:
    """Whoever opens streams without end is refused, others are not, and a stream that ends makes room."""
    async with await open_records(f"sqlite:///{tmp_path}/records.db") as records:
        feed = Feed(records)
        async with AsyncExitStack() as streams:
            for _ in range(MOST_OF_ONE):
                feed.expect_room("eve")
                await streams.enter_async_context(feed.subscribe("one", "eve"))
            with pytest.raises(TooManyRequestsError):
                feed.expect_room("eve")
            feed.expect_room("mia")
        feed.expect_room("eve")


async def test_nobody_looking_on_costs_no_query(tmp_path: Path) -> None:
    """The records are not read before the first reader comes, nor after the last one left."""
    async with await open_records(f"sqlite:///{tmp_path}/records.db") as records:
        failing = Failing(records, away=True)
        async with running(Feed(failing, every=0.01)) as feed:  # type: ignore[arg-type]
            await asyncio.sleep(0.05)
            assert feed.running
            with pytest.raises(UnavailableError):
                async with feed.subscribe("one"):
                    pass
            assert feed.readers == 0


async def test_a_stopped_feed_ends_its_streams(tmp_path: Path) -> None:
    """Where the server stops, readers are told to come again."""
    async with await open_records(f"sqlite:///{tmp_path}/records.db") as records:
        feed = Feed(records, every=0.01)
        async with feed.subscribe("one") as reader:
            async with running(feed):
                reading = asyncio.create_task(first(reader, 9))
                await asyncio.sleep(0.02)
            assert await reading == []
            assert not feed.running


async def test_a_feed_that_breaks_is_logged_at_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What nobody foresaw ends it: the log says so while the server runs, and readers are let go."""
    async with await open_records(f"sqlite:///{tmp_path}/records.db") as records:
        feed = Feed(records, every="soon")  # type: ignore[arg-type]
        async with running(feed), feed.subscribe("one") as reader:
            assert await first(reader, 1) == []
        assert "live feed has ended" in caplog.text
        assert "TypeError" in caplog.text


async def test_streams_end_when_the_server_is_told_to_stop(tmp_path: Path) -> None:
    """The signal lets readers go, for the server waits for them, and reaches whoever handled it before."""
    handled: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: handled.append(number))
    try:
        async with await open_records(f"sqlite:///{tmp_path}/records.db") as records:
            feed = Feed(records)
            with at_signal(feed.end):
                async with feed.subscribe("one") as reader:
                    signal.raise_signal(signal.SIGTERM)
                    assert await first(reader, 1) == []
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert handled == [signal.SIGTERM, signal.SIGTERM]
