"""A person approves what is risky: who may, what, until when, and once."""

import asyncio
from typing import Any

import pytest
from graph_kit import (
    AGENT,
    ANNA,
    BOSS,
    COLLEAGUE,
    NOBODY,
    OLIVER,
    REFUND,
    Stage,
    edit_to,
    euros,
    form,
)
from langgraph.types import Command

from hybrid_agent import Caller, Status
from hybrid_agent.catalog import Catalog

pytest_plugins = ["graph_fixtures"]

FULL = 10440
RETURN = "I want to return order 1003, too small"


async def asked(stage: Stage, thread: str = "t") -> dict[str, Any]:
    """A refund is asked for and waits; the approval as it is shown."""
    turn = await stage.say(REFUND, thread)
    assert turn.status is Status.AWAITING_APPROVAL
    (pending,) = turn.approvals
    return dict(pending)


def expect_nothing_paid(stage: Stage) -> None:
    assert stage.refunds() == []
    assert "orders.refund" not in stage.writes()


async def test_a_refund_waits_until_somebody_decides(stage: Stage) -> None:
    """Asking for money moves none: an approval is registered, and the customer hears what happens next."""
    turn = await stage.say(REFUND)
    assert "€104.40" in turn.reply.text and "4 hours" in turn.reply.text
    assert turn.served.approvals == (turn.approvals[0]["id"],)
    expect_nothing_paid(stage)
    assert stage.effects() == [("orders.refund", "proposed")]


async def test_an_approved_refund_is_paid_once_and_reported(stage: Stage) -> None:
    """What was approved is done exactly as shown, once, and the customer is told with its number."""
    turn = await stage.decide(await asked(stage))
    assert turn.status is Status.ANSWERED
    assert "€104.40" in turn.reply.text and "RF-" in turn.reply.text
    assert stage.refunds() == [(FULL, "damaged")]
    assert stage.effects() == [("orders.refund", "succeeded")]


@pytest.mark.parametrize("again", [AGENT, COLLEAGUE, BOSS])
async def test_approving_again_pays_nothing_more(stage: Stage, again: Caller) -> None:
    """A repeated approval, by whomever, changes nothing."""
    pending = await asked(stage)
    await stage.decide(pending)
    turn = await stage.decide(pending, who=again)
    assert len(stage.refunds()) == 1
    assert turn.reply is None or "Done" not in turn.reply.text


async def test_approving_after_a_reject_pays_nothing(stage: Stage) -> None:
    """A reject stands: approving afterwards does not bring the refund back."""
    pending = await asked(stage)
    await stage.decide(pending, "reject")
    await stage.decide(pending)
    expect_nothing_paid(stage)
    assert stage.approvals() == [(pending["id"], "rejected")]


async def test_two_agents_approving_at_once_pay_once(stage: Stage) -> None:
    """Two approvals at the same moment are one refund."""
    pending = await asked(stage)
    turns = await asyncio.gather(stage.decide(pending, who=AGENT), stage.decide(pending, who=COLLEAGUE))
    assert len(stage.refunds()) == 1
    assert sum("Done" in (turn.reply.text if turn.reply else "") for turn in turns) == 1


async def test_two_resumes_past_the_session_pay_once(stage: Stage) -> None:
    """Without the session's queue, two concurrent resumes of the raw graph still pay once."""
    pending = await asked(stage)
    config = {"configurable": {"thread_id": "t"}}
    resume = Command(resume={"decisions": [form(pending)]})
    await asyncio.gather(
        *(stage.graph.ainvoke(resume, config, context=who) for who in (AGENT, COLLEAGUE)),
        return_exceptions=True,
    )
    assert len(stage.refunds()) == 1


async def test_approve_and_reject_at_once_have_one_winner(stage: Stage) -> None:
    """When one approves and one rejects at once, one decision stands and the shop agrees with it."""
    pending = await asked(stage)
    config = {"configurable": {"thread_id": "t"}}
    await asyncio.gather(
        *(
            stage.graph.ainvoke(Command(resume={"decisions": [form(pending, kind)]}), config, context=who)
            for kind, who in (("approve", AGENT), ("reject", COLLEAGUE))
        ),
        return_exceptions=True,
    )
    ((_, status),) = stage.approvals()
    assert status in ("approved", "rejected")
    assert len(stage.refunds()) == (status == "approved")


async def test_a_stale_digest_decides_nothing(stage: Stage) -> None:
    """An approval for other arguments than those that are pending does not count and says why."""
    pending = await asked(stage)
    turn = await stage.decide(pending, digest="0" * 64)
    assert turn.notices and turn.status is Status.AWAITING_APPROVAL
    expect_nothing_paid(stage)
    await stage.decide(turn.approvals[0])
    assert len(stage.refunds()) == 1


@pytest.mark.parametrize(
    "who",
    [
        ANNA,
        OLIVER,
        NOBODY,
        Caller.staff("max"),
        Caller.staff("eve", "editor"),
        Caller.staff("C-1001", "customer"),
    ],
    ids=["owner", "other", "anonymous", "no role", "other role", "role customer"],
)
async def test_whoever_may_not_approve_changes_nothing(stage: Stage, who: Caller) -> None:
    """Customers, strangers and staff without the role decide nothing; the approval stays and can be given."""
    pending = await asked(stage)
    turn = await stage.decide(pending, who=who)
    assert turn.notices and turn.reply is None
    expect_nothing_paid(stage)
    assert stage.approvals() == [(pending["id"], "pending")]
    await stage.decide(pending)
    assert len(stage.refunds()) == 1


async def test_an_amount_above_the_agents_limit_needs_the_supervisor(stage: Stage) -> None:
    """Above 150 an agent's approval does not count, a supervisor's does."""
    stage.shop("UPDATE order_lines SET unit_price = unit_price * 3 WHERE order_number = '1003'")
    pending = await asked(stage)
    refused = await stage.decide(pending, who=AGENT)
    assert "supervisor" in refused.notices[0]
    expect_nothing_paid(stage)
    await stage.decide(pending, who=BOSS)
    assert len(stage.refunds()) == 1


async def test_an_edit_to_less_is_paid_as_edited(stage: Stage) -> None:
    """An agent who lowers the amount has it paid as lowered, and the customer hears that amount."""
    pending = await asked(stage)
    turn = await stage.decide(pending, "edit", **edit_to(pending, amount=euros("50.00")))
    assert stage.refunds() == [(5000, "damaged")]
    assert "€50.00" in turn.reply.text and "104.40" not in turn.reply.text
    assert sorted(stage.effects()) == [("orders.refund", "dropped"), ("orders.refund", "succeeded")]


def _without_a_cap(catalog: Catalog) -> Catalog:
    """The catalog with refunds of any amount, so that an edit can raise the risk."""
    intent = catalog.intents["refund"]
    assert intent.action is not None
    free = tuple(rule for rule in intent.action.allow if "argument.amount.amount" not in rule.when)
    action = intent.action.model_copy(update={"allow": free})
    refund = intent.model_copy(update={"action": action})
    return catalog.model_copy(update={"intents": {**catalog.intents, "refund": refund}})


async def test_an_edit_that_raises_the_risk_waits_for_the_supervisor(stage: Stage) -> None:
    """An agent may decide a small refund; editing it above the limit makes it a supervisor's decision."""
    stage.shop("UPDATE order_lines SET unit_price = unit_price * 3 WHERE order_number = '1003'")
    stage.shop(
        "INSERT INTO refunds VALUES ('RF-x', '1003', 20000, 'before', '2026-11-20T00:00:00.000+00:00')"
    )
    stage = stage.using(catalog=_without_a_cap(stage.deployment.catalog))
    turn = await stage.say(REFUND)
    (pending,) = turn.approvals
    edited = await stage.decide(pending, "edit", **edit_to(pending, amount=euros("160.00")))
    assert len(stage.refunds()) == 1
    assert edited.status is Status.AWAITING_APPROVAL
    (further,) = edited.approvals
    assert further["digest"] != pending["digest"]
    assert "160" in further["summary"]
    stopped = await stage.decide(further, who=AGENT)
    assert stopped.notices and len(stage.refunds()) == 1


@pytest.mark.parametrize(
    ("args", "why"),
    [
        ({"order_number": "1002"}, "another order"),
        ({"order_number": "1004"}, "an order outside the policy"),
        ({"order_number": "1005"}, "somebody else's order"),
        ({"order_number": "9999"}, "no order"),
        ({"amount": "a lot"}, "no amount"),
        ({"amount": {"amount": "NaN", "currency": "EUR"}}, "not a number"),
        ({"colour": "red"}, "an unknown argument"),
        ({"customer_id": "C-1002"}, "another customer"),
        ({"key": "mine"}, "its own key"),
        ({"reason": 7}, "a wrong type"),
        ({}, "no change"),
    ],
)
async def test_an_edit_that_cannot_be_is_refused(stage: Stage, args: dict[str, Any], why: str) -> None:
    """An edit that the policy or the operation does not allow is refused with a notice; nothing is done."""
    pending = await asked(stage)
    turn = await stage.decide(pending, "edit", **edit_to(pending, **args))
    assert turn.notices, why
    assert turn.status is Status.AWAITING_APPROVAL
    assert stage.shop("SELECT * FROM refunds WHERE created_at >= '2026-11-23'") == []
    assert stage.writes() == []
    assert stage.approvals() == [(pending["id"], "pending")]


@pytest.mark.parametrize("amount", ["999.00", "-5.00", "0.00", "50.001"])
async def test_an_edit_to_an_amount_that_cannot_be_is_not_paid(stage: Stage, amount: str) -> None:
    """More than was paid, or no amount at all, is not paid, whoever asks for it; somebody is told."""
    pending = await asked(stage)
    turn = await stage.decide(pending, "edit", who=BOSS, **edit_to(pending, amount=euros(amount)))
    assert stage.refunds() == []
    assert turn.notices and turn.status is Status.AWAITING_APPROVAL


async def test_an_edit_to_another_operation_is_refused(stage: Stage) -> None:
    """An approval for a refund cannot be turned into closing the account."""
    pending = await asked(stage)
    other = {"edited_action": {"name": "customers.close_account", "args": {"reason": "x"}}}
    turn = await stage.decide(pending, "edit", who=BOSS, **other)
    assert turn.notices and stage.writes() == []


async def test_the_reason_of_a_reject_reaches_the_customer(stage: Stage) -> None:
    """Whoever is turned down hears the person's reason."""
    turn = await stage.decide(await asked(stage), "reject", message="The parcel is not back with us yet.")
    assert turn.status is Status.ANSWERED
    assert "The parcel is not back with us yet." in turn.reply.text
    expect_nothing_paid(stage)


async def test_a_reject_without_a_reason_is_told(stage: Stage) -> None:
    """Whoever is turned down without a reason hears at least that."""
    turn = await stage.decide(await asked(stage), "reject")
    assert "did not approve" in turn.reply.text
    expect_nothing_paid(stage)


async def test_a_response_is_passed_on_as_written(stage: Stage) -> None:
    """A person's own words reach the customer unchanged, numbers and all, and nothing is paid."""
    words = "We send you a new pan tomorrow, worth 89.90, instead. Is that fine with you?"
    turn = await stage.decide(await asked(stage), "respond", message=words)
    assert words in turn.reply.text
    expect_nothing_paid(stage)
    assert stage.approvals()[0][1] == "responded"


async def test_taking_over_from_the_inbox_silences_the_bot(stage: Stage) -> None:
    """Whoever takes over an approval has the conversation: nothing is paid, and the bot says no more."""
    turn = await stage.decide(await asked(stage), "take_over")
    assert turn.status is Status.HANDED_OFF
    silent = await stage.say("Where is my order 1002?")
    assert silent.reply is None and silent.status is Status.HANDED_OFF
    expect_nothing_paid(stage)


async def test_a_decision_after_the_time_is_over_pays_nothing(stage: Stage) -> None:
    """Silence is no: after 4 hours an approval does not count, and a person looks at it with the customer."""
    pending = await asked(stage)
    stage.clock.turn(hours=4, seconds=1)
    turn = await stage.decide(pending)
    expect_nothing_paid(stage)
    assert turn.status is Status.HANDED_OFF
    assert "in time" in turn.reply.text
    assert stage.approvals() == [(pending["id"], "expired")]


async def test_a_message_after_the_time_is_over_hears_of_it(stage: Stage) -> None:
    """A customer who writes after the approval expired hears that it was not done, and gets a person."""
    await asked(stage)
    stage.clock.turn(hours=5)
    turn = await stage.say("any news about my refund?")
    assert "in time" in turn.reply.text
    assert turn.status is Status.HANDED_OFF
    expect_nothing_paid(stage)


@pytest.mark.parametrize(
    "text", ["What are your opening hours?", "Where is my order 1002?", "hello", "Is shipping free?"]
)
async def test_a_message_meanwhile_is_answered_and_the_approval_stays(stage: Stage, text: str) -> None:
    """The customer may ask on while a person decides; the old approval can still be given afterwards."""
    pending = await asked(stage)
    turn = await stage.say(text)
    assert turn.reply is not None and turn.status is Status.AWAITING_APPROVAL
    assert [each["id"] for each in turn.approvals] == [pending["id"]]
    await stage.decide(pending)
    assert len(stage.refunds()) == 1


async def test_asking_about_the_order_tells_of_the_pending_refund(stage: Stage) -> None:
    """Whoever asks about an order hears that its refund still waits."""
    await asked(stage)
    turn = await stage.say("Where is my order 1003?")
    assert "still with a colleague" in turn.reply.text


@pytest.mark.parametrize("text", ["never mind, cancel that", "no", "cancel", "forget it"])
async def test_the_customer_may_take_it_back(stage: Stage, text: str) -> None:
    """A refund that its customer takes back is withdrawn and cannot be approved any more."""
    pending = await asked(stage)
    turn = await stage.say(text)
    assert "withdrawn" in turn.reply.text
    assert stage.approvals() == [(pending["id"], "withdrawn")]
    await stage.decide(pending)
    expect_nothing_paid(stage)


async def test_the_same_refund_asked_twice_is_one(stage: Stage) -> None:
    """Asking again for what is pending does not make a second approval."""
    pending = await asked(stage)
    turn = await stage.say(REFUND + "!")
    assert "with a colleague" in turn.reply.text
    assert [each for each in stage.effects() if each[1] == "proposed"] == [("orders.refund", "proposed")]
    await stage.decide(pending)
    assert len(stage.refunds()) == 1


async def test_the_same_refund_in_two_chats_is_one(stage: Stage) -> None:
    """A customer who asks in a second chat is told that it is under way; one refund is paid."""
    pending = await asked(stage)
    other = await stage.say(REFUND, "other")
    assert other.approvals == [] or other.approvals == ()
    assert "colleague" in other.reply.text
    await stage.decide(pending)
    assert len(stage.refunds()) == 1


async def test_two_chats_at_the_same_moment_are_one_refund(stage: Stage) -> None:
    """Two chats that ask at once get one approval between them."""
    first, second = await asyncio.gather(stage.say(REFUND, "a"), stage.say(REFUND, "b"))
    assert len(first.approvals) + len(second.approvals) == 1
    turn = first if first.approvals else second
    await stage.decide(turn.approvals[0], thread=turn.thread)
    assert len(stage.refunds()) == 1


@pytest.mark.parametrize(
    "garbage",
    [
        True,
        "approve",
        "yes",
        42,
        [],
        {},
        {"decisions": []},
        {"decisions": "approve"},
        {"decisions": [{"type": "approve"}]},
        {"decisions": [{"type": "explode", "approval_id": "A", "digest": "d"}]},
        {"decisions": [None]},
        [{"type": "accept"}],
        {"type": "approve"},
    ],
    ids=repr,
)
async def test_a_resume_that_is_no_decision_decides_nothing(stage: Stage, garbage: object) -> None:
    """Whatever is no decision leaves the approval as it is and says what is expected."""
    pending = await asked(stage)
    config = {"configurable": {"thread_id": "t"}}
    result = await stage.graph.ainvoke(Command(resume=garbage), config, context=AGENT)
    expect_nothing_paid(stage)
    assert stage.approvals() == [(pending["id"], "pending")]
    if garbage not in ([], {}):
        assert "decisions" in result["__interrupt__"][0].value["notices"][0]
    await stage.decide(pending)
    assert len(stage.refunds()) == 1


async def test_a_decision_names_its_approval(stage: Stage) -> None:
    """A decision for an approval of another conversation decides nothing here or there."""
    first = await asked(stage, "a")
    other = (await stage.say("I want to cancel order 1001", "b"), await stage.say("yes", "b"))[1]
    turn = await stage.decide(first, thread="b")
    assert first["id"] in turn.notices[0]
    assert {status for _, status in stage.approvals()} == {"pending"}
    assert other.approvals[0]["id"] != first["id"]


async def test_resuming_where_nothing_is_pending_does_nothing(stage: Stage) -> None:
    """A decision on a conversation without an approval is answered quietly and repeats nothing."""
    before = await stage.say("Where is my order 1002?")
    turn = await stage.decide({"id": "A-none", "digest": "0" * 64})
    assert turn.notices and turn.reply is None and not turn.approvals
    assert stage.writes() == [] and before.reply is not None
    after = await stage.say("Where is order 1003?")
    assert after.status is Status.ANSWERED


async def test_deciding_on_a_conversation_that_never_was(stage: Stage) -> None:
    """A decision on an unknown thread starts nothing and says so."""
    turn = await stage.decide({"id": "A-none", "digest": "0" * 64}, thread="never")
    assert turn.reply is None and stage.writes() == []


async def test_a_decision_with_the_interrupt_of_an_earlier_run_counts_once(stage: Stage) -> None:
    """After another message the old interrupt id is dead; the approval's own id and digest still decide."""
    pending = await asked(stage)
    config = {"configurable": {"thread_id": "t"}}
    old = (await stage.graph.aget_state(config)).interrupts[0].id
    await stage.say("What are your opening hours?")
    resume = Command(resume={old: {"decisions": [form(pending)]}})
    await stage.graph.ainvoke(resume, config, context=AGENT)
    expect_nothing_paid(stage)
    turn = await stage.decide(pending)
    assert len(stage.refunds()) == 1 and turn.status is Status.ANSWERED


async def test_the_customers_yes_comes_before_the_persons(stage: Stage) -> None:
    """A cancellation is confirmed by the customer, then approved by a person, and only then done."""
    first = await stage.say("I want to cancel order 1001")
    assert first.status is Status.AWAITING_CUSTOMER and stage.approvals() == []
    second = await stage.say("yes")
    assert second.status is Status.AWAITING_APPROVAL and stage.writes() == []
    done = await stage.decide(second.approvals[0])
    assert done.status is Status.ANSWERED and stage.writes() == ["orders.cancel"]
    ((cancelled,),) = stage.shop("SELECT cancelled_at FROM orders WHERE number = '1001'")
    assert cancelled is not None


async def test_facts_that_changed_meanwhile_are_not_acted_upon(stage: Stage) -> None:
    """An order that was sent while its cancellation waited is not cancelled, and a person helps."""
    await stage.say("I want to cancel order 1001")
    turn = await stage.say("yes")
    stage.shop(
        "INSERT INTO shipments SELECT 'SH-x', '1001', status, carrier, 'X1', tracking_url, shipped_at, "
        "estimated_delivery, NULL FROM shipments WHERE order_number = '1002'"
    )
    stage.shop(
        "INSERT INTO shipment_lines SELECT 'SH-x', id, quantity FROM order_lines WHERE order_number = '1001'"
    )
    done = await stage.decide(turn.approvals[0])
    assert stage.shop("SELECT cancelled_at FROM orders WHERE number = '1001'") == [(None,)]
    assert done.status is Status.HANDED_OFF
    assert "could not do that" in done.reply.text


async def test_two_approvals_in_one_conversation_are_decided_apart(stage: Stage) -> None:
    """Two pending actions are each decided by their own id: one is done, the other stays."""
    refund = await asked(stage)
    await stage.say("I want to cancel order 1001")
    both = await stage.say("yes")
    assert len(both.approvals) == 2
    cancel = next(each for each in both.approvals if each["operation"] == "orders.cancel")
    turn = await stage.decide(cancel)
    assert stage.writes() == ["orders.cancel"]
    assert [each["id"] for each in turn.approvals] == [refund["id"]]
    await stage.decide(refund)
    assert len(stage.refunds()) == 1


async def test_two_decisions_in_one_resume(stage: Stage) -> None:
    """Two approvals may be decided in one resume, each by its own form."""
    refund = await asked(stage)
    await stage.say("I want to cancel order 1001")
    both = await stage.say("yes")
    cancel = next(each for each in both.approvals if each["operation"] == "orders.cancel")
    turn = await stage.session.decide("t", [form(refund, "reject"), form(cancel)], AGENT)
    assert stage.writes() == ["orders.cancel"] and turn.status is Status.ANSWERED


@pytest.mark.parametrize(
    "text",
    [
        "cancel the refund please",
        "please stop the refund",
        "don't refund it",
        "Wait, stop, don't refund order 1003 after all!",
    ],
)
async def test_the_customer_takes_a_pending_action_back_by_its_name(stage: Stage, text: str) -> None:
    """Who says "cancel the refund" while it waits withdraws it, and asks for nothing new."""
    await asked(stage)
    turn = await stage.say(text)
    assert turn.status is Status.ANSWERED and turn.reply is not None and "withdrawn" in turn.reply.text
    assert stage.effects() == [("orders.refund", "dropped")]


@pytest.mark.parametrize(
    "text", ["please keep my request open", "keep the refund", "keep it open please", "don't cancel refund"]
)
async def test_who_wants_a_pending_action_to_stay_keeps_it(stage: Stage, text: str) -> None:
    """Words that hold on to what waits for a person never withdraw it."""
    pending = await asked(stage)
    await stage.say(text)
    assert stage.approvals() == [(pending["id"], "pending")]
