"""Approvals: one decision counts, in time, by digest, and the effect follows in the same transaction."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from records_kit import HOUR, NOW, action, ask, asked, cleared, effect, propose

from hybrid_agent.records import ContradictionError, Records, approvals, ledger
from hybrid_agent.records.models import (
    Approval,
    ApprovalStatus,
    Approve,
    Decided,
    Decision,
    Edit,
    EffectStatus,
    Refusal,
    Reject,
    Respond,
    TakeOver,
    Why,
)

pytest_plugins = ("records_fixtures",)

DIGEST = action().digest


async def decide(records: Records, decision: Decision, **changes: Any) -> Decided | Refusal:
    """Decide on approval p1, by ann, in time and on the right digest unless told otherwise."""
    said = {"digest": DIGEST, "by": "ann", "now": NOW, "name": "p1", **changes}
    async with records.write() as tx:
        return await approvals.decide(
            tx, said["name"], digest=said["digest"], decision=decision, by=said["by"], now=said["now"]
        )


async def stored(records: Records, name: str = "p1") -> Approval | None:
    """The approval as it stands at NOW."""
    async with records.read() as connection:
        return await approvals.get(connection, name, now=NOW)


async def test_asking_twice_makes_one_approval(records: Records) -> None:
    """A node that runs again finds its approval, with all that an inbox shows."""
    async with records.write() as tx:
        first = await ask(tx, action())
    async with records.write() as tx:
        again = await ask(tx, action())
    assert again == first
    assert (first.payload, first.rules, first.expires) == ({"text": "please decide"}, ["lead"], NOW + HOUR)
    async with records.read() as connection:
        assert await approvals.pending(connection, now=NOW, thread="t1") == [first]
        assert await approvals.pending(connection, now=NOW, thread="t2") == []


async def test_asking_again_after_the_decision_finds_the_decision(records: Records) -> None:
    """A node that runs again after its approval was decided learns what was decided."""
    async with records.write() as tx:
        await ask(tx, action())
    await decide(records, Approve())
    async with records.write() as tx:
        assert (await ask(tx, action())).status is ApprovalStatus.APPROVED


async def test_an_approval_needs_a_proposed_action_of_its_own(records: Records) -> None:
    """No approval is asked for what is not proposed, nor under an id that stands for something else."""
    async with records.write() as tx:
        await cleared(tx, action())
        await ask(tx, action("a2", n=2), "p2")
        await propose(tx, action("a3", n=3))
    for wanted, name in ((action(), "p1"), (action("a3", n=3), "p2"), (action("a4", n=4), "p4")):
        with pytest.raises(ContradictionError, match=f"approval {name}"):
            async with records.write() as tx:
                await approvals.request(tx, asked(name), wanted, thread="t1", intent="refund", now=NOW)


async def test_approving_clears_the_effect(records: Records) -> None:
    """An approval marks the effect approved by the person, and both say when."""
    async with records.write() as tx:
        await ask(tx, action())
    answer = await decide(records, Approve(reason="fine"), now=NOW + timedelta(minutes=5))
    assert isinstance(answer, Decided)
    assert (answer.approval.status, answer.approval.reason) == (ApprovalStatus.APPROVED, "fine")
    assert answer.approval.decided_at == NOW + timedelta(minutes=5)
    assert (await effect(records)).approved_by == "ann"


@pytest.mark.parametrize(
    ("decision", "status"),
    [
        (Reject(reason="too much"), ApprovalStatus.REJECTED),
        (Respond(text="We will call you."), ApprovalStatus.RESPONDED),
        (TakeOver(), ApprovalStatus.TAKEN_OVER),
    ],
)
async def test_every_no_drops_the_effect(
    records: Records, decision: Decision, status: ApprovalStatus
) -> None:
    """Rejecting, responding and taking over end the action in the same transaction."""
    async with records.write() as tx:
        await ask(tx, action())
    answer = await decide(records, decision)
    assert isinstance(answer, Decided)
    assert (answer.approval.status, answer.effect.status) == (status, EffectStatus.DROPPED)
    assert await effect(records) == answer.effect


async def test_of_racing_deciders_one_wins(records: Records) -> None:
    """Many people decide at once: one decision counts, the others are told whose."""
    async with records.write() as tx:
        await ask(tx, action())
    choices: list[Decision] = [Approve(), Reject(), TakeOver(), Respond(text="no")] * 3
    answers = await asyncio.gather(*(decide(records, each, by=f"p{n}") for n, each in enumerate(choices)))
    counted = [answer for answer in answers if isinstance(answer, Decided)]
    assert len(counted) == 1
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert {answer.why for answer in refused} == {Why.NOT_PENDING}
    assert all(f"by {counted[0].approval.decided_by}" in answer.sentence for answer in refused)
    allowed = counted[0].approval.status is ApprovalStatus.APPROVED
    assert ((await effect(records)).status is EffectStatus.APPROVED) == allowed


@pytest.mark.parametrize(
    "decision",
    [Approve(), Reject(), Respond(text="no"), TakeOver(), Edit(action=action("e1", amount="5.00"))],
)
async def test_the_same_decision_repeated_is_answered_with_what_stands(
    records: Records, decision: Decision
) -> None:
    """After a crash the same person's same decision gets the same answer, and nothing is done twice."""
    async with records.write() as tx:
        await ask(tx, action())
    first = await decide(records, decision)
    again = await decide(records, decision, now=NOW + HOUR * 3)
    assert isinstance(first, Decided)
    assert again == first.model_copy(update={"repeated": True})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Approve(), Reject()),
        (Respond(text="yes"), Respond(text="no")),
        (Edit(action=action("e1", amount="5.00")), Edit(action=action("e2", amount="6.00"))),
    ],
)
async def test_another_decision_of_the_same_person_comes_too_late(
    records: Records, first: Decision, second: Decision
) -> None:
    """Who has decided cannot decide otherwise afterwards."""
    async with records.write() as tx:
        await ask(tx, action())
    await decide(records, first)
    answer = await decide(records, second)
    assert isinstance(answer, Refusal)
    assert answer.why is Why.NOT_PENDING


async def test_a_decision_on_other_arguments_does_not_count(records: Records) -> None:
    """A stale digest is refused and the approval keeps waiting."""
    async with records.write() as tx:
        await ask(tx, action())
    answer = await decide(records, Approve(), digest=action(amount="1.00").digest)
    assert isinstance(answer, Refusal)
    assert (answer.why, answer.approval) == (Why.STALE_DIGEST, await stored(records))
    assert (await effect(records)).status is EffectStatus.PROPOSED


async def test_nobody_knows_an_unknown_approval(records: Records) -> None:
    """An id that was never asked for is named in the refusal."""
    answer = await decide(records, Approve(), name="nope")
    assert isinstance(answer, Refusal)
    assert (answer.why, "nope" in answer.sentence) == (Why.UNKNOWN, True)


async def test_silence_is_no_from_the_second_it_expires(records: Records) -> None:
    """At its time an approval is expired whoever asks; deciding marks it so and drops the effect."""
    async with records.write() as tx:
        await ask(tx, action())
    async with records.read() as connection:
        seen = await approvals.get(connection, "p1", now=NOW + HOUR)
        assert await approvals.pending(connection, now=NOW + HOUR) == []
    assert seen is not None
    assert seen.status is ApprovalStatus.EXPIRED
    for _ in range(2):
        answer = await decide(records, Approve(), now=NOW + HOUR)
        assert isinstance(answer, Refusal)
        assert answer.why is Why.EXPIRED
    kept = await stored(records)
    assert kept is not None
    assert kept.status is ApprovalStatus.EXPIRED
    assert (await effect(records)).status is EffectStatus.DROPPED


async def test_what_is_due_expires_without_anybody_asking(records: Records) -> None:
    """The sweep marks what is due and nothing else, once."""
    async with records.write() as tx:
        await ask(tx, action())
        assert await approvals.expire_due(tx, now=NOW, limit=50) == []
        expired = await approvals.expire_due(tx, now=NOW + HOUR, limit=50)
        assert await approvals.expire_due(tx, now=NOW + HOUR, limit=50) == []
    assert [each.id for each in expired] == ["p1"]
    assert (await effect(records)).note == "expired: nobody decided in time"


async def test_an_edit_replaces_the_action_and_clears_it_by_the_editor(records: Records) -> None:
    """The old effect is dropped, the edited one is approved by whoever edited it."""
    async with records.write() as tx:
        await ask(tx, action())
    answer = await decide(records, Edit(action=action("e1", amount="5.00")))
    assert isinstance(answer, Decided)
    assert (answer.effect.id, answer.effect.status, answer.effect.approved_by) == ("e1", "approved", "ann")
    assert (answer.effect.thread, answer.effect.intent) == ("t1", "refund")
    assert (await effect(records)).status is EffectStatus.DROPPED


async def test_an_edit_that_raises_the_risk_waits_for_an_approval_of_its_own(records: Records) -> None:
    """With a further approval asked for, the edited action is proposed and waits."""
    async with records.write() as tx:
        await ask(tx, action())
    answer = await decide(records, Edit(action=action("e1", amount="500.00"), approval=asked("p2")))
    assert isinstance(answer, Decided)
    assert answer.then == await stored(records, "p2")
    assert answer.then is not None
    assert answer.then.status is ApprovalStatus.PENDING
    assert (await effect(records, "e1")).status is EffectStatus.PROPOSED


async def test_approving_what_is_under_way_elsewhere_is_refused(records: Records) -> None:
    """Two chats asked for the same: approving the second says where the first is, and it keeps waiting."""
    async with records.write() as tx:
        await ask(tx, action())
        await cleared(tx, action("a2"), thread="t2")
    answer = await decide(records, Approve())
    assert isinstance(answer, Refusal)
    assert (answer.why, "conversation t2" in answer.sentence) == (Why.DUPLICATE, True)
    assert await stored(records) == answer.approval


async def test_a_withdrawn_approval_can_no_longer_be_given(records: Records) -> None:
    """When the customer changes their mind, the approvals of that conversation alone are withdrawn."""
    async with records.write() as tx:
        await ask(tx, action())
        await ask(tx, action("a2", n=2), "p2", thread="t2")
        gone = await approvals.withdraw(
            tx, thread="t1", by="customer:c1", reason="changed their mind", now=NOW
        )
    assert [each.id for each in gone] == ["p1"]
    answer = await decide(records, Approve())
    assert isinstance(answer, Refusal)
    assert answer.sentence.startswith("This was withdrawn by customer:c1")
    assert (await effect(records)).status is EffectStatus.DROPPED
    async with records.read() as connection:
        assert [each.id for each in await approvals.pending(connection, now=NOW)] == ["p2"]


async def test_a_decision_and_the_claim_after_it_can_be_one_transaction(records: Records) -> None:
    """The functions compose: decide and claim commit together or not at all."""
    async with records.write() as tx:
        await ask(tx, action())
        await approvals.decide(tx, "p1", digest=DIGEST, decision=Approve(), by="ann", now=NOW)
        claim = await ledger.claim(tx, "a1", worker="w", now=NOW, lease=HOUR)
    assert claim.won
    assert (await effect(records)).status is EffectStatus.EXECUTING
