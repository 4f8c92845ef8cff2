"""The same records on several event loops, in several processes, and under many conversations."""

import asyncio
import itertools
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from records_kit import LEASE, NAMES, NOW, action, ask, cleared, effect

from hybrid_agent.records import BusyError, Records, engines, events, ledger, open_records
from hybrid_agent.records.models import EffectStatus
from hybrid_agent.state import Event, EventKind

pytest_plugins = ("records_fixtures",)

WORKER = Path(__file__).with_name("records_worker.py")


async def add(records: Records, thread: str, turns: int = 1) -> None:
    """Append one event to each of some turns."""
    for turn in range(turns):
        async with records.write_relaxed() as tx:
            happened = [Event(kind=EventKind.ANSWERED, at=NOW, turn=f"m{turn}")]
            await events.append(tx, happened, thread=thread, customer_id=None)


async def count(records: Records) -> int:
    """How many events there are."""
    async with records.read() as connection:
        return len(await events.listing(connection))


def test_one_records_serves_loops_that_come_and_go(url: str) -> None:
    """Each loop closes its own connections as it ends, and the records work on the next."""
    records = asyncio.run(open_records(url))
    for n in range(3):
        asyncio.run(add(records, f"t{n}"))
    assert asyncio.run(count(records)) == 3
    assert not records._engines._by_loop
    asyncio.run(records.aclose())


async def test_closing_reaches_the_loops_of_other_threads(url: str) -> None:
    """Connections of a loop that runs elsewhere, or stands still, are closed with the rest."""
    records = await open_records(url)
    running, standing = asyncio.new_event_loop(), asyncio.new_event_loop()
    thread = threading.Thread(target=running.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(add(records, "t1"), running).result(20)
        await asyncio.to_thread(standing.run_until_complete, add(records, "t2"))
        assert len(records._engines._by_loop) == 3
        await records.aclose()
        assert not records._engines._by_loop
    finally:
        running.call_soon_threadsafe(running.stop)
        await asyncio.to_thread(thread.join)
        running.close()
        standing.close()


async def test_threads_with_loops_of_their_own_write_side_by_side(records: Records) -> None:
    """Loops in several threads wait for each other, and lose nothing."""
    work = [asyncio.to_thread(lambda n=n: asyncio.run(add(records, f"t{n}", turns=5))) for n in range(4)]
    await asyncio.gather(*work)
    assert await count(records) == 20


async def test_sixty_four_conversations_do_not_lock_each_other_out(records: Records) -> None:
    """Each of 64 turns proposes, clears, claims, settles and logs; none is refused or lost."""

    async def conversation(n: int) -> None:
        name = f"a{n}"
        async with records.write() as tx:
            await cleared(tx, action(name, customer=f"c{n}"), thread=f"t{n}")
            await ledger.claim(tx, name, worker="w", now=NOW, lease=LEASE)
        async with records.write() as tx:
            await ledger.settle(tx, name, ledger.succeeded(), worker="w", now=NOW)
            await events.append(
                tx, [Event(kind=EventKind.EXECUTED, at=NOW, turn="m")], thread=f"t{n}", customer_id=f"c{n}"
            )

    await asyncio.gather(*(conversation(n) for n in range(64)))
    assert await count(records) == 64
    assert (await effect(records, "a63")).status is EffectStatus.SUCCEEDED


async def test_a_transaction_that_is_cancelled_leaves_nothing_behind(records: Records) -> None:
    """Cancelling inside a transaction undoes it, and the next one finds the way free."""
    inside = asyncio.Event()

    async def cut_off() -> None:
        async with records.write() as tx:
            await cleared(tx, action())
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(cut_off())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with records.write() as tx:
        assert await ledger.get(tx, "a1") is None


async def test_a_transaction_inside_another_is_told_not_hung(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Transactions do not nest; the inner one gives up after a bounded wait."""
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.1)
    async with await open_records(f"sqlite:///{tmp_path}/records.db") as records:
        with pytest.raises(BusyError):
            async with records.write(), records.write():
                pass
        assert await count(records) == 0


@pytest.fixture(scope="module")
def workers() -> Iterator[list[Popen[str]]]:
    """Processes of their own that wait for jobs; see records_worker.py."""
    with ExitStack() as stack:
        started = [
            stack.enter_context(Popen([sys.executable, WORKER, f"w{n}"], stdin=PIPE, stdout=PIPE, text=True))
            for n in range(2)
        ]
        yield started
        for process in started:
            process.communicate()


async def race(workers: list[Popen[str]], job: str, url: str) -> list[list[str]]:
    """Have every worker do the job at once; what each of them won."""
    for process in workers:
        print(job, url, file=process.stdin, flush=True)
    said = [await asyncio.to_thread(process.stdout.readline) for process in workers if process.stdout]
    return [json.loads(line) for line in said]


async def test_processes_that_start_at_once_make_the_tables_once(workers: list[Popen[str]], url: str) -> None:
    """Several processes find an empty database, and each gets to work on it."""
    assert await race(workers, "open", url) == [["opened"]] * 2


async def test_of_many_processes_one_wins_each_claim(
    workers: list[Popen[str]], records: Records, url: str
) -> None:
    """Processes that claim the same actions at once never get the same one."""
    async with records.write() as tx:
        for name in NAMES:
            await cleared(tx, action(name, customer=name))
    won = await race(workers, "claim", url)
    assert sorted(itertools.chain(*won)) == sorted(NAMES)


async def test_of_many_processes_one_decides_each_approval(
    workers: list[Popen[str]], records: Records, url: str
) -> None:
    """Processes that decide the same approvals at once: one decision counts, and the effect follows it."""
    async with records.write() as tx:
        for name in NAMES:
            await ask(tx, action(name, customer=name), f"p-{name}")
    won = await race(workers, "decide", url)
    assert sorted(itertools.chain(*won)) == sorted(NAMES)
    for worker, its in enumerate(won):
        assert {(await effect(records, name)).approved_by for name in its} <= {f"w{worker}"}
