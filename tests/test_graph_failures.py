"""What the customer hears, and what is written, when systems and databases fail."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from graph_kit import ADDRESS, REFUND, Stage
from sqlalchemy import text

from hybrid_agent import HybridAgentError, Status
from hybrid_agent.records import RecordsError, ledger
from hybrid_agent_tools import OutcomeUnknown, Rejected, Unavailable

pytest_plugins = ["graph_fixtures"]


@dataclass
class Faulty:
    """A system whose methods fail as told: `before` the call is passed on, or `after` it was done."""

    inner: Any
    before: dict[str, Exception] = field(default_factory=dict)
    after: dict[str, Exception] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)

        async def call(**arguments: Any) -> Any:
            self.calls.append(name)
            if name in self.before:
                raise self.before[name]
            result = await method(**arguments)
            if name in self.after:
                raise self.after[name]
            return result

        return call


DOWN = Unavailable("no route to host.", system="orders", advice="Try later.")
LOST = OutcomeUnknown("the answer was lost.", system="orders", advice="Read back.")
NO = Rejected("the order is locked by accounting.", system="orders", advice="Ask accounting.")


def broken(stage: Stage, **faults: Any) -> tuple[Stage, Faulty]:
    """The stage with an order system that fails as told."""
    faulty = Faulty(stage.connection.systems["orders"], **faults)
    return stage.using(systems={"orders": faulty}), faulty


async def test_a_system_that_is_down_brings_a_person(stage: Stage) -> None:
    """When the orders cannot be read nothing is guessed: a person takes over and knows why."""
    ill, faulty = broken(stage, before={"get": DOWN})
    turn = await ill.say("Where is order 1002?")
    assert turn.status is Status.HANDED_OFF and "system_down" in turn.served.reasons
    assert "on its way" not in turn.reply.text
    assert faulty.calls.count("get") == 2
    assert "no route to host" not in turn.reply.text


async def test_an_optional_read_that_fails_costs_only_its_detail(stage: Stage) -> None:
    """Without the carrier's answer the order's own state is still told."""
    ill, _ = broken(stage, before={"track": DOWN})
    turn = await ill.say("Where is order 1002?")
    assert turn.status is Status.ANSWERED and "Order 1002 is on its way" in turn.reply.text


async def test_a_list_that_cannot_be_read_is_asked_for_instead(stage: Stage) -> None:
    """When the customer's orders cannot be listed, the number is simply asked for."""
    ill, _ = broken(stage, before={"find_by_customer": DOWN, "find": DOWN})
    turn = await ill.say("Where is my order?")
    assert turn.status is Status.AWAITING_CUSTOMER and turn.served.question.options == {}


async def test_a_write_that_the_system_rejects_is_told_and_handed_off(stage: Stage) -> None:
    """What the shop's own rules refuse is not done, said so, and a person sees the reason."""
    ill, faulty = broken(stage, before={"update_address": NO})
    await ill.say(ADDRESS)
    turn = await ill.say("yes")
    assert turn.status is Status.HANDED_OFF and "could not do that" in turn.reply.text
    assert stage.effects() == [("orders.update_address", "failed")] and stage.writes() == []
    assert "locked by accounting" in turn.hand_off.detail
    assert faulty.calls.count("update_address") == 1


async def test_a_write_that_could_not_be_sent_is_not_called_done(stage: Stage) -> None:
    """A system that is down at the write leaves the record as it is, and nobody says done."""
    ill, faulty = broken(stage, before={"update_address": DOWN})
    await ill.say(ADDRESS)
    turn = await ill.say("yes")
    assert turn.status is Status.HANDED_OFF and "Done" not in turn.reply.text
    assert faulty.calls.count("update_address") == 1 and "Lindenstra" in stage.address()


@pytest.mark.parametrize("fault", [LOST, TimeoutError(), ConnectionResetError("x"), RuntimeError("boom")])
async def test_an_answer_that_is_lost_after_the_write_is_found_by_reading_back(
    stage: Stage, fault: Exception
) -> None:
    """A write that happened although its answer was lost is reported as done, and made once."""
    ill, faulty = broken(stage, after={"update_address": fault})
    await ill.say(ADDRESS)
    turn = await ill.say("yes")
    assert turn.status is Status.ANSWERED and "Done" in turn.reply.text
    assert stage.writes() == ["orders.update_address"] and faulty.calls.count("update_address") == 1


async def test_an_answer_that_is_lost_before_the_write_is_unknown(stage: Stage) -> None:
    """A write of which nothing is known is neither repeated nor called done: a person checks it."""
    ill, faulty = broken(stage, before={"update_address": LOST})
    await ill.say(ADDRESS)
    turn = await ill.say("yes")
    assert turn.status is Status.HANDED_OFF and "outcome_unknown" in turn.served.reasons
    assert "do not send it again" in turn.reply.text
    assert stage.effects() == [("orders.update_address", "unknown")]
    assert faulty.calls.count("update_address") == 1


async def test_a_refund_of_unknown_outcome_is_never_paid_twice(stage: Stage) -> None:
    """When neither the answer nor the read-back comes, asking and approving again pays nothing more."""
    operation = stage.deployment.toolbox.operations["orders.refund"]
    ill, faulty = broken(stage, after={"refund": LOST}, before={str(operation.read_back): DOWN})
    asked = await ill.say(REFUND)
    turn = await ill.decide(asked.approvals[0])
    assert turn.status is Status.HANDED_OFF and len(stage.refunds()) == 1
    await stage.decide(asked.approvals[0])
    again = await stage.say(REFUND, "other")
    for pending in again.approvals:
        await stage.decide(pending, thread="other")
    assert len(stage.refunds()) == 1
    assert faulty.calls.count("refund") == 1


async def test_no_knowledge_is_no_answer(stage: Stage) -> None:
    """Without a help centre a question is not answered from nowhere: a person is brought in."""
    bare = stage.using(knowledge=None)
    turn = await bare.say("What is your return policy?")
    assert turn.status is Status.HANDED_OFF and "no_answer" in turn.served.reasons


async def test_a_calendar_without_times_is_told(stage: Stage) -> None:
    """Where no time is free the customer is not asked to choose one of none."""
    stage.shop("DELETE FROM appointments")
    stage.shop("DELETE FROM slots")
    await stage.say("I want to book a boot fitting")
    turn = await stage.say("next Tuesday")
    assert "These times are free" not in turn.reply.text, turn.reply.text


async def test_records_that_are_locked_lose_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process holds the records a turn fails with a clear error, and can be sent again."""
    monkeypatch.setattr("hybrid_agent.records.engines.BUSY_SECONDS", 0.1)
    await stage.say("hello")
    async with stage.deployment.records.write() as tx:
        await tx.execute(text("PRAGMA busy_timeout = 50"))
    with closing(sqlite3.connect(stage.folder / "records.db", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(HybridAgentError) as caught:
            await stage.say(ADDRESS, id="m-1")
        assert "Traceback" not in str(caught.value)
    await stage.say(ADDRESS, id="m-1")
    await stage.say("yes")
    assert stage.writes() == ["orders.update_address"]


async def test_a_shop_that_is_locked_brings_a_person(stage: Stage) -> None:
    """While the shop's file is held by somebody else a change is not made and not called done."""
    from hybrid_agent_tools import Toolbox
    from hybrid_agent_tools.embedded import open_shop

    connection = open_shop(stage.folder / "shop.db", clock=stage.clock, busy_timeout=0.05)
    hasty = replace(stage.deployment, toolbox=Toolbox(connection.systems))
    ill = stage.on(hasty, stage.saver)
    await ill.say(ADDRESS)
    with closing(sqlite3.connect(stage.folder / "shop.db", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        turn = await ill.say("yes")
    await connection.close()
    assert turn.status is Status.HANDED_OFF and "Done" not in turn.reply.text
    assert stage.writes() == []


async def test_records_that_are_gone_stop_every_write(stage: Stage, tmp_path: Path) -> None:
    """Without the ledger nothing is written to any system."""
    await stage.say(ADDRESS)
    await stage.deployment.records.aclose()
    with pytest.raises(HybridAgentError):
        await stage.say("yes")
    assert stage.writes() == []


class Slow:
    """A reasoner that never answers."""

    async def _never(self, *_: object) -> Any:
        await asyncio.Event().wait()

    classify = extract = plan = compose = _never


async def test_a_reasoner_that_never_answers_is_not_waited_for(stage: Stage) -> None:
    """A turn ends although the reasoner hangs: the customer is asked, or a person comes."""
    slow = stage.using(reasoner=Slow(), patience=timedelta(milliseconds=50))
    turn = await slow.say("Where is my order 1002?")
    assert turn.status in (Status.AWAITING_CUSTOMER, Status.HANDED_OFF)


async def test_an_approval_survives_a_turn_that_failed(stage: Stage) -> None:
    """A message that meets broken records takes no approval away: it can still be given."""
    turn = await stage.say(REFUND)
    (pending,) = turn.approvals
    with pytest.raises(RecordsError):
        await stage.using(records=_Broken(stage.deployment.records)).say("any news?")
    approved = await stage.decide(pending)
    assert approved.status is Status.ANSWERED and len(stage.refunds()) == 1


class _Broken:
    """Records whose reads fail."""

    def __init__(self, records: Any) -> None:
        self._records = records

    def __getattr__(self, name: str) -> Any:
        return getattr(self._records, name)

    def read(self) -> Any:
        raise RecordsError("the disk is gone", where="here", advice="Wait.")


async def test_an_intent_that_the_catalog_lost_goes_to_a_person(stage: Stage) -> None:
    """Whoever edits the catalog while an approval waits strands nobody: a person takes the conversation."""
    await stage.say(REFUND)
    catalog = stage.deployment.catalog
    kept = {name: intent for name, intent in catalog.intents.items() if name != "refund"}
    edited = stage.using(catalog=catalog.model_copy(update={"intents": kept}))
    turn = await edited.say("any news?")
    assert turn.status is Status.HANDED_OFF and turn.served.reasons == ("no_longer_offered",)
    assert stage.refunds() == []


async def test_a_write_that_another_process_is_doing_is_told_once(stage: Stage) -> None:
    """While somebody else's write runs, the customer hears so once, and nothing is done again."""
    await stage.say(ADDRESS)
    records, clock = stage.deployment.records, stage.deployment.clock
    async with records.write() as tx:
        (effect,) = await ledger.of_thread(tx, "t")
        await ledger.approve(tx, effect.id, by="customer:C-1001", now=clock())
        lease = timedelta(minutes=5)
        await ledger.claim(tx, effect.id, worker="another process", now=clock(), lease=lease)
    turn = await stage.say("yes")
    assert turn.reply is not None and turn.reply.text.count("being done right now") == 1
    assert [step.node for step in turn.trail].count("execute") == 1
    assert stage.writes() == []
