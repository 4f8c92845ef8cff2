"""The server on Aegra: several processes on one PostgreSQL, people who come, and processes that die."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from aegra_kit import Fleet, deployed, environment_of, holding, running_postgres, running_redis, words
from conftest import copy_of_sample
from embedded_kit import rows
from graph_kit import ADDRESS, REFUND, form
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import NotFoundError

pytestmark = [pytest.mark.aegra, pytest.mark.asyncio(loop_scope="module")]

SAID = 'SELECT "by", text FROM hybrid_agent_messages WHERE thread = $1 ORDER BY id'
EFFECTS = "SELECT status, attempts FROM hybrid_agent_effects WHERE thread = $1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fleet(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> AsyncIterator[Fleet]:
    """Three processes that serve; two of them die on the way."""
    folder = tmp_path_factory.mktemp("aegra")
    sample = copy_of_sample(folder / "sample", cache)
    with running_postgres() as address, running_redis() as redis:
        deployed(sample, address)
        shop = sample.parent / "var" / "shop.db"
        fleet = Fleet(address, shop, [], environment_of(sample, address, redis), folder / "log")
        try:
            await fleet.ready(fleet.start())
            await fleet.ready(fleet.start(), fleet.start())
            yield fleet
            for each in fleet.clients:
                await each.aclose()
        finally:
            fleet.stop()


async def said(client: LangGraphClient, thread: str, text: str) -> dict[str, Any]:
    """What a turn returned."""
    last: dict[str, Any] = {}
    async for part in client.runs.stream(
        thread, "support", input=words(text), stream_mode=["values", "custom"]
    ):
        assert part.event != "error", part.data
        if part.event == "values":
            last = part.data
    return last


async def opened(client: LangGraphClient) -> str:
    """A new conversation."""
    return str((await client.threads.create())["thread_id"])


async def test_a_conversation_goes_on_in_another_process(fleet: Fleet) -> None:
    """A refund waits in one process, is approved in the other, and its customer is told in either."""
    one, other = fleet.workers[:2]
    anna, anna_there, noor = fleet.customer(one), fleet.customer(other), await fleet.agent(other)
    thread = await opened(anna)
    assert (await said(anna, thread, REFUND))["status"] == "awaiting_approval"
    state: Any = await noor.threads.get_state(thread)
    (paused,) = [each for task in state["tasks"] for each in task["interrupts"]]
    decisions = [form(paused["value"]["approvals"][0], "approve")]
    ended: Any = await noor.runs.wait(thread, "support", command={"resume": {"decisions": decisions}})
    assert ended["status"] == "answered"
    assert await fleet.asked(EFFECTS, thread) == [("succeeded", 1)]
    assert [by for by, _ in await fleet.asked(SAID, thread)] == ["customer", "bot", "bot"]
    assert (await said(anna_there, thread, "Is it refunded?"))["status"] == "answered"


async def test_nobody_reaches_what_is_not_theirs(fleet: Fleet) -> None:
    """Other customers, customers who decide, and addresses without a rule are refused, as on LangGraph."""
    anna, oliver = fleet.customer(fleet.workers[0]), fleet.customer(fleet.workers[1], "C-1002")
    thread = await opened(anna)
    hello = words("Hello")
    for refused in (
        oliver.threads.get(thread),
        oliver.threads.get_state(thread),
        oliver.runs.create(thread, "support", input=hello),
        anna.threads.update_state(thread, {"messages": []}),
        anna.store.put_item(("a",), "k", {}),
        anna.crons.search(),
        anna.assistants.search(),
    ):
        with pytest.raises(
            (NotFoundError, httpx.HTTPStatusError, Exception), match=r"not found|Not Found|not open"
        ):
            await refused
    for steering in (
        {"input": hello, "context": {"kind": "staff", "id": "mia"}},
        {"input": hello, "config": {"configurable": {"thread_id": thread}}},
        {"input": hello, "checkpoint_id": thread},
        {"command": {"resume": {"decisions": []}}},
        {"command": {"goto": "execute"}},
    ):
        with pytest.raises(Exception, match="403"):
            await anna.runs.wait(thread, "support", **steering)  # type: ignore[arg-type]
    assert await oliver.threads.search() == []


async def test_what_a_customer_should_not_have_typed_is_kept_nowhere(fleet: Fleet) -> None:
    """A card number is in no table of the server, though it keeps each run as it was asked for."""
    anna = fleet.customer(fleet.workers[0])
    thread = await opened(anna)
    await said(anna, thread, "My card is 4111 1111 1111 1111, where is order 1002?")
    kept = await fleet.asked("SELECT runs::text FROM runs WHERE thread_id = $1", thread, of="aegra")
    assert len(kept) == 1
    assert "4111" not in kept[0][0]
    holding_it = "SELECT 1 FROM checkpoint_blobs WHERE position('4111 1111' in encode(blob, 'escape')) > 0"
    assert await fleet.asked(holding_it, of="aegra") == []


async def test_a_process_that_dies_in_a_turn_loses_and_repeats_nothing(fleet: Fleet) -> None:
    """Another process finishes the turn: the transcript has the customer's words and the bot's once each."""
    anna = fleet.customer(fleet.workers[0])
    thread = await opened(anna)
    run = await killed_while(fleet, anna, thread, "Where is order 1002?", table="hybrid_agent_messages")
    await fleet.until("SELECT 1 FROM runs WHERE run_id = $1 AND status = 'success'", run, of="aegra")
    speakers = [by for by, _ in await fleet.asked(SAID, thread)]
    assert speakers == ["customer", "bot"]


async def test_a_process_that_dies_in_a_write_writes_once(fleet: Fleet) -> None:
    """What was begun is looked after: done once, by whoever is left, and the customer hears of it once."""
    anna = fleet.customer(next(each for each in fleet.workers if each.process.poll() is None))
    thread = await opened(anna)
    assert (await said(anna, thread, ADDRESS))["status"] == "awaiting_customer"
    with holding(fleet.shop):
        run = (await anna.runs.create(thread, "support", input=words("yes")))["run_id"]
        victim = await fleet.worker_of(run)
        await fleet.until(f"{EFFECTS} AND status = 'executing'", thread)
        victim.kill()
    await fleet.until("SELECT 1 FROM runs WHERE run_id = $1 AND status = 'success'", run, of="aegra")
    await fleet.until(f"{EFFECTS} AND status = 'succeeded'", thread)
    written = rows(fleet.shop, "SELECT count(*) FROM writes WHERE operation = 'orders.update_address'")
    assert written == [(1,)]
    told = [text for by, text in await fleet.asked(SAID, thread) if by == "bot"]
    assert len(told) == 2


async def killed_while(fleet: Fleet, client: LangGraphClient, thread: str, text: str, *, table: str) -> str:
    """The id of a run whose process was killed as it waited for a table of the records."""
    async with fleet.connected("records") as connection, connection.transaction():
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        run: str = (await client.runs.create(thread, "support", input=words(text)))["run_id"]
        victim = await fleet.worker_of(run)
        await fleet.until("SELECT 1 FROM pg_locks WHERE NOT granted")
        victim.kill()
    return run
