"""Recovery: what a crash left is done, found done, or with a person; and the customer hears of it once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from graph_kit import ADDRESS, ANNA, BOSS, REFUND, Stage

from hybrid_agent import Deployment, Status
from hybrid_agent.catalog import Autonomy
from hybrid_agent.records import approvals, ledger
from hybrid_agent.records.models import Approve, Effect
from hybrid_agent.recovery import Recovered, recover
from hybrid_agent.state import EventKind
from hybrid_agent_tools import Rejected, Unavailable

pytest_plugins = ["graph_fixtures"]

NOTHING = Recovered()
MOVE = "orders.update_address"


async def left(stage: Stage, *, claimed: bool = False, text: str = ADDRESS) -> Effect:
    """A conversation in which the yes was entered, and the process died before or after the claim."""
    await stage.say(text)
    async with stage.deployment.records.write() as tx:
        (effect,) = await ledger.of_thread(tx, "t")
        now = stage.clock()
        await ledger.approve(tx, effect.id, by="customer:C-1001", now=now)
        if claimed:
            lease = stage.deployment.lease
            await ledger.claim(tx, effect.id, worker="dead", now=now, lease=lease)
        return await ledger.require(tx, effect.id)


async def written(stage: Stage, effect: Effect) -> None:
    """The dead process's call went through; only the answer was lost."""
    await stage.deployment.toolbox.write(
        effect.operation, effect.arguments, customer_id=effect.customer_id, key=effect.key
    )


async def later(stage: Stage, **by: float) -> Recovered:
    """Recovery, once every lease is over or after the time given."""
    stage.clock.turn(**(by or {"seconds": stage.deployment.lease.total_seconds() + 1}))
    return await recover(stage.deployment)


def failing(stage: Stage, **methods: Any) -> Stage:
    """The stage with an order system of which these methods fail."""

    class Failing:
        def __getattr__(self, name: str) -> Any:
            return methods.get(name) or getattr(stage.connection.systems["orders"], name)

    return stage.using(systems={"orders": Failing()})


async def unreachable(**_: Any) -> None:
    raise Unavailable("no route.", system="orders", advice="Try later.")


async def refusing(**_: Any) -> None:
    raise Rejected("the shop says no.", system="orders", advice="Tell the customer.")


async def test_what_was_agreed_and_never_begun_is_done_once(stage: Stage) -> None:
    """A yes that the process died on is carried out, and a second recovery finds nothing."""
    effect = await left(stage)
    assert await later(stage) == Recovered(executed=(effect.id,))
    assert await later(stage) == NOTHING
    assert stage.writes() == [MOVE]


async def test_work_in_progress_is_left_alone(stage: Stage) -> None:
    """What another worker has just been cleared for, or has begun, is that worker's."""
    await left(stage, claimed=True)
    assert await later(stage, seconds=1) == NOTHING
    assert stage.writes() == []


async def test_a_write_that_happened_is_found_and_not_repeated(stage: Stage) -> None:
    """A lost answer is read back."""
    effect = await left(stage, claimed=True)
    await written(stage, effect)
    assert await later(stage) == Recovered(settled=(effect.id,))
    assert stage.writes() == [MOVE]


async def test_a_write_that_surely_did_not_happen_is_done_with_the_same_key(stage: Stage) -> None:
    """The process died before the call went out."""
    effect = await left(stage, claimed=True)
    assert await later(stage) == Recovered(executed=(effect.id,))
    assert stage.shop("SELECT key FROM writes") == [(effect.key,)]


async def test_what_cannot_be_told_goes_to_a_person_with_all_that_is_known(stage: Stage) -> None:
    """The packet holds the action, its sources, who approved it, the attempts and the error."""
    effect = await left(stage, claimed=True)
    stage = failing(stage, find_address_update=unreachable)
    (opened,) = (await later(stage)).handed_off
    assert await later(stage) == NOTHING
    (hand_off,) = await stage.handed_off()
    packet: Any = hand_off.packet
    assert (hand_off.id, hand_off.reasons, hand_off.customer_id) == (opened, ("outcome_unknown",), ANNA.id)
    assert packet["proposed"][0]["arguments"] == effect.arguments
    assert packet["proposed"][0]["sources"] == effect.sources
    (tried,) = packet["ledger"]
    assert (tried["approved_by"], tried["attempts"], tried["status"]) == ("customer:C-1001", 1, "unknown")
    assert "no route" in tried["error"]


async def test_what_a_person_has_is_not_done_by_the_bot(stage: Stage) -> None:
    """An unknown outcome stays with the person, even once the shop would tell: they may have acted."""
    await left(stage, claimed=True)
    await later(failing(stage, find_address_update=unreachable))
    assert await later(stage) == NOTHING
    await stage.session.take_over("t", BOSS)
    await stage.session.release("t", BOSS)
    turn = await stage.say("yes")
    assert "Done" not in turn.reply.text
    assert stage.writes() == []
    assert stage.effects() == [(MOVE, "unknown")]


async def test_an_agreement_that_is_too_old_is_handed_over_and_not_done(stage: Stage) -> None:
    """Nobody expects a write hours after it was agreed on."""
    await left(stage)
    (opened,) = (await later(stage, hours=5)).handed_off
    assert await later(stage) == NOTHING
    assert [each.id for each in await stage.handed_off()] == [opened]
    assert stage.effects() == [(MOVE, "dropped")]
    assert stage.writes() == []


async def test_an_approval_that_nobody_gave_in_time_is_handed_over(stage: Stage) -> None:
    """Silence is no, and a person hears of it once."""
    await stage.say(REFUND)
    (opened,) = (await later(stage, hours=5)).handed_off
    assert await later(stage) == NOTHING
    (hand_off,) = await stage.handed_off()
    assert (hand_off.id, hand_off.reasons) == (opened, ("approval_expired",))
    assert stage.effects() == [("orders.refund", "dropped")]


async def test_nothing_is_done_behind_a_person_who_took_over(stage: Stage) -> None:
    """Whoever has the conversation decides what becomes of a forgotten action."""
    await left(stage)
    stage.clock.turn(seconds=1)
    await stage.session.take_over("t", BOSS)
    (_,) = (await later(stage)).handed_off
    assert stage.effects() == [(MOVE, "dropped")]
    assert stage.writes() == []


async def test_what_is_no_longer_automated_is_not_done(stage: Stage) -> None:
    """An intent that was set to shadow meanwhile stops its forgotten actions too."""
    effect = await left(stage)
    catalog = stage.deployment.catalog
    shadow = catalog.intents[effect.intent].model_copy(update={"autonomy": Autonomy.SHADOW})
    now = catalog.model_copy(update={"intents": {**catalog.intents, effect.intent: shadow}})
    stage = stage.using(catalog=now)
    (_,) = (await later(stage)).handed_off
    assert stage.writes() == []


@pytest.mark.parametrize("claimed", [False, True])
async def test_two_recoveries_at_once_do_it_once(stage: Stage, claimed: bool) -> None:
    """Several processes may start together after a power cut."""
    effect = await left(stage, claimed=claimed)
    stage.clock.turn(seconds=stage.deployment.lease.total_seconds() + 1)
    other = replace(stage.deployment, worker="other")
    both = await asyncio.gather(recover(stage.deployment), recover(other))
    assert [each for done in both for each in done.executed] == [effect.id]
    assert stage.writes() == [MOVE]
    assert await stage.handed_off() == []


async def test_a_failure_that_nobody_was_told_of_is_handed_over(stage: Stage) -> None:
    """The process died between a refused write and its hand-off."""
    effect = await left(stage, claimed=True)
    async with stage.deployment.records.write() as tx:
        outcome = ledger.failed("rejected: the shop says no.")
        await ledger.settle(tx, effect.id, outcome, worker="dead", now=stage.clock())
    (_,) = (await later(stage)).handed_off
    assert await later(stage) == NOTHING
    (hand_off,) = await stage.handed_off()
    assert hand_off.reasons == ("write_failed",)


async def test_a_failure_that_a_conversation_handed_over_is_not_handed_over_again(stage: Stage) -> None:
    """One failed write makes one hand-off."""
    stage = failing(stage, update_address=refusing)
    await stage.say(ADDRESS)
    assert (await stage.say("yes")).status is Status.HANDED_OFF
    assert await later(stage) == NOTHING
    assert len(await stage.handed_off()) == 1


@pytest.mark.parametrize("answer", ["yes", "no", "Where is my order 1002?"])
async def test_the_customer_hears_once_that_it_was_done(stage: Stage, answer: str) -> None:
    """Whatever they say next: it is done, so they are told so, once, and it is not done again."""
    await left(stage)
    await later(stage)
    turn = await stage.say(answer)
    assert turn.reply.text.count("Done: order 1001") == 1
    assert "Done" not in (await stage.say("thank you")).reply.text
    assert stage.writes() == [MOVE]


async def test_a_no_still_counts_before_it_was_begun(stage: Stage) -> None:
    """Nobody claimed the action yet, so the customer's last word is the one that counts."""
    await left(stage)
    assert "leave everything as it is" in (await stage.say("no")).reply.text
    assert await later(stage) == NOTHING
    assert stage.writes() == []


async def test_a_refund_that_recovery_paid_is_told_hours_later(stage: Stage) -> None:
    """The approval's time is over, but what was done in time is told all the same, not done again."""
    turn = await stage.say(REFUND)
    (pending,) = turn.approvals
    before = (await stage.values())["requests"]
    async with stage.deployment.records.write() as tx:
        digest = before[0].action.digest
        await approvals.decide(
            tx, pending["id"], digest=digest, decision=Approve(), by="mia", now=stage.clock()
        )
    assert len((await later(stage)).executed) == 1
    stage.clock.turn(hours=9)
    assert "Done: €104.40" in (await stage.say("thank you")).reply.text
    assert len(stage.refunds()) == 1


async def test_a_slow_worker_and_a_recovery_agree(stage: Stage) -> None:
    """A worker that outlives its lease sends its call after all: same key, one write, and no error."""
    orders: Any = stage.connection.systems["orders"]
    overtaken: list[Recovered] = []

    async def slow(**given: Any) -> Any:
        if not overtaken:
            stage.clock.turn(seconds=stage.deployment.lease.total_seconds() + 1)
            other: Deployment = replace(stage.deployment, worker="other")
            overtaken.append(await recover(other))
        return await orders.update_address(**given)

    slowed = failing(stage, update_address=slow)
    await slowed.say(ADDRESS)
    assert "Done" in (await slowed.say("yes")).reply.text
    assert len(overtaken[0].executed) == 1
    assert stage.writes() == [MOVE]


async def test_an_answer_that_comes_late_settles_what_was_unknown(stage: Stage) -> None:
    """Recovery could not tell, the slow worker can: what is known stands."""
    orders: Any = stage.connection.systems["orders"]
    blind = failing(stage, find_address_update=unreachable)

    async def slow(**given: Any) -> Any:
        stage.clock.turn(seconds=stage.deployment.lease.total_seconds() + 1)
        await recover(replace(blind.deployment, worker="other"))
        return await orders.update_address(**given)

    slowed = failing(stage, update_address=slow)
    await slowed.say(ADDRESS)
    assert "Done" in (await slowed.say("yes")).reply.text
    assert stage.effects() == [(MOVE, "succeeded")]


async def test_whoever_takes_over_sees_what_was_done(stage: Stage) -> None:
    """A packet proposes nothing that was done already without saying so."""
    effect = await left(stage)
    await later(stage)
    await stage.say("I want to talk to a person, now")
    (hand_off,) = await stage.handed_off()
    packet: Any = hand_off.packet
    assert [(each["id"], each["status"]) for each in packet["ledger"]] == [(effect.id, "succeeded")]


async def test_recovery_is_on_record(stage: Stage) -> None:
    """What was handed over is an event, so that it counts in the figures."""
    await left(stage)
    stage.clock.turn(seconds=timedelta(hours=6).total_seconds())
    await recover(stage.deployment)
    assert [each.event.kind.value for each in await stage.happened("t")][-1] == "escalated"


async def found(stage: Stage) -> list[str]:
    return [each.event.kind.value for each in await stage.happened("t")]


@pytest.mark.parametrize("claimed", [False, True])
async def test_what_recovery_did_is_an_event_once(stage: Stage, claimed: bool) -> None:
    """It is on record before the customer writes; the turn that tells them resolves, and executes nothing."""
    effect = await left(stage, claimed=claimed)
    await later(stage)
    await later(stage)
    executed = [each for each in await stage.happened("t") if each.event.kind is EventKind.EXECUTED]
    assert [(each.customer_id, each.event.data["action_id"]) for each in executed] == [(ANNA.id, effect.id)]
    assert "resolved" not in await found(stage)
    await stage.say("yes")
    assert [(await found(stage)).count(kind) for kind in ("executed", "resolved")] == [1, 1]


async def test_what_a_dead_turn_did_is_an_event_of_the_turn_that_tells_it(stage: Stage) -> None:
    """A process that died after its write, before its events, leaves nothing for recovery to find."""
    effect = await left(stage, claimed=True)
    async with stage.deployment.records.write() as tx:
        await ledger.settle(tx, effect.id, ledger.succeeded({}), worker="dead", now=stage.clock())
    assert await later(stage) == NOTHING
    await stage.say("yes")
    assert [(await found(stage)).count(kind) for kind in ("executed", "resolved")] == [1, 1]


async def test_a_failure_under_recovery_is_an_event_once(stage: Stage) -> None:
    """What cannot be told is on record as failed and escalated, without the system's own words."""
    await left(stage, claimed=True)
    stage = failing(stage, find_address_update=unreachable)
    await later(stage)
    await later(stage)
    assert (await found(stage))[-2:] == ["failed", "escalated"]
    failed = (await stage.happened("t"))[-2].event
    assert failed.data["failure"] == "unknown" and "no route" not in failed.model_dump_json()
    await stage.say("yes")
    assert (await found(stage)).count("failed") == 1


async def test_an_expiry_under_recovery_is_an_event_once(stage: Stage) -> None:
    """It carries the time at which the approval ended, not that at which this was noticed."""
    pending = (await stage.say(REFUND)).approvals[0]
    await later(stage, hours=5)
    await later(stage)
    await stage.say("any news about my refund?")
    (expired,) = [each.event for each in await stage.happened("t") if each.event.kind is EventKind.EXPIRED]
    assert expired.data["approval_id"] == pending["id"]
    assert expired.at.isoformat() == pending["expires"]
