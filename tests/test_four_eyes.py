"""Two different people approve what one alone may not, for exactly the same action."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from graph_kit import AGENT, BOSS, COLLEAGUE, REFUND, Stage, edit_to, euros
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from records_kit import NOW, action, ask, effect
from records_kit import asked as requested
from sqlalchemy import update

from hybrid_agent import Status
from hybrid_agent.catalog import ActionRule, Approval, Approver, Intent, Thresholds
from hybrid_agent.catalog.conditions import Bounds
from hybrid_agent.policy import Granted, judge, permits
from hybrid_agent.records import Records, approvals
from hybrid_agent.records.models import Approve, Decided, Edit, Reject
from hybrid_agent.records.schema import approvals as table
from hybrid_agent_tools import all_operations

pytest_plugins = ("graph_fixtures", "records_fixtures")

ABOVE = {"argument.amount.amount": Bounds(above=100)}


@pytest.fixture
def strict(stage: Stage) -> Stage:
    """The shop, where refunds above 100 need two people; agents decide up to 150."""
    catalog = stage.deployment.catalog
    refund = catalog.intents["refund"]
    assert refund.action is not None and refund.action.approval is not None
    approval = refund.action.approval.model_copy(update={"four_eyes": ABOVE})
    changed = refund.model_copy(update={"action": refund.action.model_copy(update={"approval": approval})})
    intents = {**catalog.intents, "refund": changed}
    return stage.using(catalog=catalog.model_copy(update={"intents": intents}))


async def asked(stage: Stage) -> dict[str, Any]:
    """A refund of 104.40 is asked for and waits."""
    turn = await stage.say(REFUND)
    (pending,) = turn.approvals
    return dict(pending)


async def test_two_people_approve_and_then_it_is_paid_once(strict: Stage) -> None:
    """The first approval pays nothing and tells the customer nothing; the second one does both."""
    pending = await asked(strict)
    assert (pending["needed"], pending["signed"]) == (2, [])
    first = await strict.decide(pending)
    assert first.status is Status.AWAITING_APPROVAL and first.reply is None
    assert "somebody else" in first.notices[0]
    assert first.approvals[0]["signed"] == ["mia"]
    assert strict.refunds() == []
    second = await strict.decide(pending, who=COLLEAGUE)
    assert second.reply is not None and "RF-" in second.reply.text
    assert len(strict.refunds()) == 1
    assert strict.recorded("SELECT approved_by FROM hybrid_agent_effects") == [("mia, tom",)]


async def test_the_same_person_twice_is_one_person(strict: Stage) -> None:
    """Approving again adds nothing, and says so."""
    pending = await asked(strict)
    await strict.decide(pending)
    again = await strict.decide(pending)
    assert "somebody else" in again.notices[0]
    assert strict.refunds() == []
    assert strict.recorded("SELECT by FROM hybrid_agent_signatures") == [("mia",)]


async def test_a_user_name_in_other_letters_is_the_same_person(strict: Stage) -> None:
    """Mia with a second account, MIA, is still one person."""
    pending = await asked(strict)
    await strict.decide(pending)
    again = await strict.decide(pending, who=AGENT.model_copy(update={"id": AGENT.id.upper()}))
    assert "somebody else" in again.notices[0]
    assert strict.refunds() == []


async def test_a_no_after_one_yes_is_a_no(strict: Stage) -> None:
    """Anybody who may decide ends it; a second yes comes too late."""
    pending = await asked(strict)
    await strict.decide(pending)
    rejected = await strict.decide(pending, "reject", COLLEAGUE, message="sent twice")
    assert rejected.reply is not None
    await strict.decide(pending, who=BOSS)
    assert strict.refunds() == []


async def test_an_edit_needs_another_than_its_editor(strict: Stage) -> None:
    """An edited action is a new one: who edits has signed it, whoever signed the old one has not."""
    pending = await asked(strict)
    await strict.decide(pending)
    edited = await strict.decide(pending, "edit", BOSS, **edit_to(pending, amount=euros("101.00")))
    (now,) = edited.approvals
    assert (now["signed"], now["needed"]) == (["ruth"], 2)
    assert "somebody else" in edited.notices[0]
    await strict.decide(now, who=BOSS)
    assert strict.refunds() == []
    await strict.decide(now, who=AGENT)
    assert [amount for amount, _ in strict.refunds()] == [10100]


async def test_an_edit_below_the_limit_is_the_editors_alone(strict: Stage) -> None:
    """What one person may decide is done when that person has changed it so."""
    pending = await asked(strict)
    await strict.decide(pending, "edit", COLLEAGUE, **edit_to(pending, amount=euros("100.00")))
    assert [amount for amount, _ in strict.refunds()] == [10000]


async def test_signing_on_other_arguments_does_not_count(strict: Stage) -> None:
    """A signature is for what was shown."""
    pending = await asked(strict)
    await strict.decide(pending)
    await strict.decide({**pending, "digest": "0" * 64}, who=COLLEAGUE)
    assert strict.refunds() == []
    assert strict.recorded("SELECT by FROM hybrid_agent_signatures") == [("mia",)]


async def test_execute_counts_the_signatures_again(strict: Stage) -> None:
    """A rule that asks for two people when the action is done is not met by one."""
    pending = await asked(strict)
    await strict.decide(pending)
    async with strict.deployment.records.write() as tx:
        await tx.execute(update(table).values(needed=1))
        answer = await approvals.decide(
            tx, pending["id"], digest=pending["digest"], decision=Approve(), by="mia", now=strict.clock()
        )
    assert isinstance(answer, Decided) and answer.approval.status == "approved"
    await strict.say("and now?")
    assert strict.refunds() == []


async def test_the_inbox_shows_risk_policy_and_reasons(strict: Stage) -> None:
    """Whoever decides sees which rules were looked at, and what they found."""
    payload = (await asked(strict))["payload"]
    assert payload["risk"] == "high" and "risk_high" in payload["reasons"]
    assert payload["policy"]["four_eyes"] == "amount is above 100 (it is 104.40)"
    assert payload["policy"]["approvers"][0].startswith(
        "agent, where amount is at most agent refunds amount, 150"
    )


async def test_two_at_once_are_two(records: Records) -> None:
    """Of two people who sign at the same moment both count, on either database, and it is cleared once."""
    async with records.write() as tx:
        await ask(tx, action())
        await tx.execute(update(table).values(needed=2))

    async def sign(by: str) -> object:
        async with records.write() as tx:
            return await approvals.decide(
                tx, "p1", digest=action().digest, decision=Approve(), by=by, now=NOW
            )

    answers = await asyncio.gather(sign("ann"), sign("bob"))
    assert sorted(each.approval.status for each in answers if isinstance(each, Decided)) == [
        "approved",
        "pending",
    ]
    assert (await effect(records)).status == "approved"


people = st.sampled_from(["ann", "bob", "cleo"])
deeds = st.lists(st.tuples(people, st.sampled_from(["approve", "other", "reject", "edit"])), max_size=6)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds)
async def test_nothing_is_cleared_without_two_people_on_its_digest(records: Records, deeds: Any) -> None:
    """Whatever people do in whichever order, what is cleared has the signatures of two on exactly it."""
    name = str(uuid4())
    first = action(name, customer=name)
    async with records.write() as tx:
        await ask(tx, first, name, thread=name)
        await tx.execute(update(table).where(table.c.id == name).values(needed=2))
    waiting, digest = name, first.digest
    for step, (by, deed) in enumerate(deeds):
        decision: Any = {"approve": Approve(), "other": Approve(), "reject": Reject()}.get(deed)
        if decision is None:
            new = action(f"{name}-{step}", customer=name, amount=f"{step}.00")
            decision = Edit(action=new, approval=asked_again(f"{name}-{step}"), signed=True)
        async with records.write() as tx:
            shown = "0" * 64 if deed == "other" else digest
            answer = await approvals.decide(tx, waiting, digest=shown, decision=decision, by=by, now=NOW)
        if isinstance(answer, Decided) and answer.then is not None:
            waiting, digest = answer.then.id, answer.then.digest
    async with records.read() as connection:
        standing = await approvals.get(connection, waiting, now=NOW)
        names = {each.by for each in await approvals.signed(connection, waiting) if each.digest == digest}
    assert standing is not None
    if standing.status == "approved":
        assert len(names) == 2
    else:
        assert len(names) < 2 or standing.status == "rejected"


def asked_again(name: str) -> Any:
    """The approval of an edited action, which needs two people too."""
    return requested(name).model_copy(update={"needed": 2})


amounts = st.decimals(0, 1000, places=2).map(str)
signers = st.frozensets(st.sampled_from(["ann", "bob", "cleo"]))


@given(amounts | st.none(), signers)
def test_the_gate_lets_one_person_decide_only_what_is_surely_below(
    amount: str | None, by: frozenset[str]
) -> None:
    """Above the limit, and where the amount is not known, two people have to have approved."""
    arguments = {} if amount is None else {"amount": {"amount": amount, "currency": "EUR"}}
    proposed = action(customer="C-1").model_copy(update={"arguments": arguments})
    approval = Approval(by=(Approver(role="agent"),), four_eyes=ABOVE)
    rule = ActionRule(
        operation="orders.refund", arguments={}, summary="x", done="x", approval=approval, ask_customer=False
    )
    ruling = judge(
        proposed,
        all_operations()["orders.refund"],
        Intent(title="t", examples=("e",), action=rule),
        facts={},
        confidence=1.0,
        thresholds=Thresholds(),
        customer_id="C-1",
    )
    permitted = permits(ruling, proposed, Granted(None, proposed.digest, by, NOW), NOW)
    below = amount is not None and float(str(amount)) <= 100
    assert permitted == (len(by) >= (1 if below else 2))
