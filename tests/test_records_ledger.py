"""The ledger: nothing is written twice, nothing without approval, and nothing contradictory is recorded."""

import asyncio
from datetime import timedelta

import pytest
from records_kit import HOUR, LEASE, NOW, action, ask, cleared, effect, propose

from hybrid_agent.records import ContradictionError, Records, UnknownRecordError, approvals, ledger
from hybrid_agent.records.models import EffectStatus, Outcome

pytest_plugins = ("records_fixtures",)


async def test_proposing_twice_keeps_one_effect_with_its_key_and_times(records: Records) -> None:
    """An action that is proposed again is the one on record, key and aware times included."""
    async with records.write() as tx:
        first = await propose(tx, action())
    async with records.write() as tx:
        again = await ledger.propose(tx, action(), thread="t1", intent="refund", now=NOW + HOUR)
    assert again == first
    assert (first.action, first.key, first.created) == (action(), action().key, NOW)
    assert first.created.tzinfo is not None


async def test_an_id_cannot_be_given_to_other_arguments(records: Records) -> None:
    """The same id with another digest is refused, and the first action stands."""
    async with records.write() as tx:
        await propose(tx, action())
    with pytest.raises(ContradictionError, match="other arguments"):
        async with records.write() as tx:
            await propose(tx, action(amount="99.00"))
    assert (await effect(records)).arguments["amount"] == "12.00"


async def test_nothing_is_claimed_before_it_is_approved(records: Records) -> None:
    """A claim on a proposed action does not win and changes nothing."""
    async with records.write() as tx:
        await propose(tx, action())
        claim = await ledger.claim(tx, "a1", worker="w", now=NOW, lease=LEASE)
    assert (claim.won, claim.effect.status) == (False, EffectStatus.PROPOSED)


async def test_of_many_workers_one_wins_the_claim(records: Records) -> None:
    """Racing connections claim an action once; the losers learn who has it."""
    async with records.write() as tx:
        await cleared(tx, action())

    async def worker(name: str) -> ledger.Claim:
        async with records.write() as tx:
            return await ledger.claim(tx, "a1", worker=name, now=NOW, lease=LEASE)

    claims = await asyncio.gather(*(worker(f"w{n}") for n in range(12)))
    winners = [claim for claim in claims if claim.won]
    assert len(winners) == 1
    assert {claim.effect.claimed_by for claim in claims} == {winners[0].effect.claimed_by}
    assert winners[0].effect.attempts == 1


async def test_a_settled_effect_keeps_its_outcome(records: Records) -> None:
    """Settling the same way again is harmless, another way or by another worker is refused."""
    async with records.write() as tx:
        await cleared(tx, action())
        await ledger.claim(tx, "a1", worker="w", now=NOW, lease=LEASE)
    with pytest.raises(ContradictionError):
        async with records.write() as tx:
            await ledger.settle(tx, "a1", ledger.failed("down"), worker="other", now=NOW)
    async with records.write() as tx:
        await ledger.settle(tx, "a1", ledger.succeeded({"refund": "R1"}), worker="w", now=NOW)
        again = await ledger.settle(tx, "a1", ledger.succeeded({"refund": "R1"}), worker="w", now=NOW)
    assert (again.status, again.result) == (EffectStatus.SUCCEEDED, {"refund": "R1"})
    with pytest.raises(ContradictionError, match="succeeded and cannot become failed"):
        async with records.write() as tx:
            await ledger.settle(tx, "a1", ledger.failed("down"), worker="w", now=NOW)


async def test_an_unknown_outcome_is_reconciled_with_who_and_how(records: Records) -> None:
    """What a read-back found out is recorded once; a contradictory finding is refused."""
    async with records.write() as tx:
        await cleared(tx, action())
        await ledger.claim(tx, "a1", worker="w", now=NOW, lease=LEASE)
        unsure = await ledger.settle(tx, "a1", ledger.unknown("timeout"), worker="w", now=NOW)
        found = await ledger.reconcile(
            tx, unsure, ledger.succeeded("R1"), by="recovery", how="read back by key", now=NOW + HOUR
        )
    assert (found.status, found.settled_by, found.note) == ("succeeded", "recovery", "read back by key")
    with pytest.raises(ContradictionError):
        async with records.write() as tx:
            await ledger.reconcile(tx, unsure, ledger.failed("no"), by="ann", how="looked", now=NOW + HOUR)


@pytest.mark.parametrize("outcome", [ledger.succeeded(), ledger.failed("refused"), ledger.unknown("timeout")])
async def test_no_outcome_leads_to_another_claim(records: Records, outcome: Outcome) -> None:
    """Once a call has ended, well, badly or unknown, the action is not claimed again by itself."""
    async with records.write() as tx:
        await cleared(tx, action())
        await ledger.claim(tx, "a1", worker="w", now=NOW, lease=LEASE)
        await ledger.settle(tx, "a1", outcome, worker="w", now=NOW)
        claim = await ledger.claim(tx, "a1", worker="w", now=NOW + HOUR, lease=LEASE)
    assert (claim.won, claim.effect.status) == (False, outcome.status)


async def test_a_running_claim_cannot_be_reconciled_before_its_lease_is_over(records: Records) -> None:
    """Recovery leaves a worker alone while its lease lasts, and may speak once it is over."""
    async with records.write() as tx:
        await cleared(tx, action())
        claim = await ledger.claim(tx, "a1", worker="w", now=NOW, lease=LEASE)
    with pytest.raises(ContradictionError):
        async with records.write() as tx:
            await ledger.reconcile(tx, claim.effect, ledger.failed("?"), by="r", how="read back", now=NOW)
    async with records.write() as tx:
        found = await ledger.reconcile(
            tx, claim.effect, ledger.failed("not there"), by="r", how="read back", now=NOW + LEASE
        )
    assert found.status is EffectStatus.FAILED


async def test_an_abandoned_effect_is_rearmed_only_as_it_was_seen(records: Records) -> None:
    """After a rearm and a new claim, a second recovery with the old view is refused."""
    async with records.write() as tx:
        await cleared(tx, action())
        seen = (await ledger.claim(tx, "a1", worker="w1", now=NOW, lease=LEASE)).effect
        later = NOW + LEASE
        await ledger.rearm(tx, seen, by="r1", how="not there", now=later)
        second = await ledger.claim(tx, "a1", worker="w2", now=later, lease=LEASE)
    assert (second.won, second.effect.attempts) == (True, 2)
    with pytest.raises(ContradictionError):
        async with records.write() as tx:
            await ledger.rearm(tx, seen, by="r2", how="not there", now=later + LEASE)


async def test_what_a_crash_left_is_found(records: Records) -> None:
    """Unfinished are lapsed claims and approvals never claimed; not fresh ones, nor what is done."""
    async with records.write() as tx:
        for name in ("lapsed", "running", "forgotten", "done"):
            await cleared(tx, action(name, n=name))
        for name, lease in (("lapsed", LEASE), ("running", HOUR), ("done", LEASE)):
            await ledger.claim(tx, name, worker="w", now=NOW, lease=lease)
        await ledger.settle(tx, "done", ledger.succeeded(), worker="w", now=NOW)
    async with records.read() as connection:
        soon = await ledger.unfinished(connection, now=NOW + LEASE, grace=HOUR)
        late = await ledger.unfinished(connection, now=NOW + LEASE, grace=timedelta(seconds=1))
    assert [found.id for found in soon] == ["lapsed"]
    assert {found.id for found in late} == {"lapsed", "forgotten"}


async def test_the_same_thing_asked_in_two_chats_is_found_in_flight(records: Records) -> None:
    """An equal action of the customer is seen while it waits or runs; not others', not after it is done."""
    second = action("a2")
    async with records.write() as tx:
        await ask(tx, action(), thread="t1")
        waiting = await ledger.in_flight(tx, second, now=NOW)
        after_silence = await ledger.in_flight(tx, second, now=NOW + HOUR)
        of_another = await ledger.in_flight(tx, action("a3", customer="c2"), now=NOW)
        itself = await ledger.in_flight(tx, action(), now=NOW)
    assert waiting is not None
    assert (waiting.id, waiting.thread) == ("a1", "t1")
    assert (after_silence, of_another, itself) == (None, None, None)


async def test_the_same_thing_is_under_way_once_whoever_approves(records: Records) -> None:
    """A second equal action cannot be approved while the first is under way, and can be afterwards."""
    async with records.write() as tx:
        await cleared(tx, action(), thread="t1")
        await propose(tx, action("a2"), thread="t2")
    with pytest.raises(ContradictionError, match="under way as action a1"):
        async with records.write() as tx:
            await ledger.approve(tx, "a2", by="customer:c1", now=NOW)
    async with records.write() as tx:
        await ledger.claim(tx, "a1", worker="w", now=NOW, lease=LEASE)
        await ledger.settle(tx, "a1", ledger.succeeded(), worker="w", now=NOW)
        assert (await ledger.approve(tx, "a2", by="customer:c1", now=NOW)).status is EffectStatus.APPROVED


async def test_two_chats_that_ask_at_once_cannot_both_be_approved(records: Records) -> None:
    """Racing approvals of equal actions clear exactly one of them."""
    async with records.write() as tx:
        for n in range(6):
            await propose(tx, action(f"a{n}"), thread=f"t{n}")

    async def approve(n: int) -> bool:
        try:
            async with records.write() as tx:
                await ledger.approve(tx, f"a{n}", by="customer:c1", now=NOW)
        except ContradictionError:
            return False
        return True

    assert sum(await asyncio.gather(*(approve(n) for n in range(6)))) == 1


async def test_an_approval_that_waits_cannot_be_passed_by(records: Records) -> None:
    """While a person has to decide, nobody else's yes clears the action."""
    async with records.write() as tx:
        await ask(tx, action())
    with pytest.raises(ContradictionError, match="pending approval"):
        async with records.write() as tx:
            await ledger.approve(tx, "a1", by="customer:c1", now=NOW)


async def test_a_claimed_action_cannot_be_dropped(records: Records) -> None:
    """Dropping is for what was not begun; again is harmless, and a dropped action is never approved."""
    async with records.write() as tx:
        await cleared(tx, action())
        await ledger.claim(tx, "a1", worker="w", now=NOW, lease=LEASE)
        await cleared(tx, action("a2", n=2))
        await ledger.drop(tx, "a2", reason="changed their mind", now=NOW)
        dropped = await ledger.drop(tx, "a2", reason="again", now=NOW)
    assert (dropped.status, dropped.note) == (EffectStatus.DROPPED, "changed their mind")
    with pytest.raises(ContradictionError, match="executing"):
        async with records.write() as tx:
            await ledger.drop(tx, "a1", reason="too late", now=NOW)
    with pytest.raises(ContradictionError, match="dropped"):
        async with records.write() as tx:
            await ledger.approve(tx, "a2", by="customer:c1", now=NOW)


async def test_an_unknown_action_is_named(records: Records) -> None:
    """Whatever is asked about an action that was never proposed names it."""
    with pytest.raises(UnknownRecordError, match="action nope"):
        async with records.write() as tx:
            await ledger.claim(tx, "nope", worker="w", now=NOW, lease=LEASE)


async def test_several_changes_are_one_transaction(records: Records) -> None:
    """An error at the end undoes everything that the transaction did before."""
    with pytest.raises(RuntimeError):
        async with records.write() as tx:
            await ask(tx, action())
            raise RuntimeError("power cut")
    async with records.read() as connection:
        assert await ledger.of_thread(connection, "t1") == []
        assert await approvals.pending(connection, now=NOW) == []


async def test_what_no_database_encodes_is_kept_readable(records: Records) -> None:
    """A NUL or half a surrogate pair, as customers paste them, is replaced in words and kept in data."""
    odd = action(note="a\0b").model_copy(update={"summary": "a\0b\ud800c\U0001f642"})
    async with records.write() as tx:
        kept = await propose(tx, odd)
    assert kept.summary == "a\ufffdb\ufffdc\U0001f642"
    assert kept.arguments["note"] == "a\0b"
