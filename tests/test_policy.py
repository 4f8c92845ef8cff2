"""The gate: what an action needs before it may be done, and that nothing gets past it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybrid_agent.caller import Caller
from hybrid_agent.catalog import (
    ActionRule,
    Allow,
    Approval,
    Approver,
    Autonomy,
    Intent,
    Thresholds,
)
from hybrid_agent.catalog.conditions import Bounds
from hybrid_agent.policy import Granted, Ruling, Verdict, judge, may_decide, permits
from hybrid_agent.state import Action
from hybrid_agent_tools import Risk, all_operations

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
THRESHOLDS = Thresholds(understand=0.5, act=0.8)
OPERATIONS = all_operations()
OF_RISK = {Risk.LOW: "calendar.book", Risk.MEDIUM: "orders.update_address", Risk.HIGH: "orders.refund"}
AGENT = Approval(by=(Approver(role="agent"),))

risks = st.sampled_from(list(Risk))
autonomies = st.sampled_from(list(Autonomy))
confidences = st.floats(0, 1)
digests = st.none() | st.sampled_from(["right", "other"])
moments = st.none() | st.integers(-5, 5).map(lambda hours: NOW + timedelta(hours=hours))


def action(operation: str, customer: str | None = "C-1", **arguments: str) -> Action:
    return Action(
        id="a-1",
        request_id="r-1",
        operation=operation,
        arguments=arguments,
        sources={},
        customer_id=customer,
        summary="do it",
    )


def intent(
    operation: str,
    autonomy: Autonomy = Autonomy.AUTO,
    *,
    approval: Approval | None = None,
    ask_customer: bool = True,
    allow: tuple[Allow, ...] = (),
    risk: Risk | None = None,
    sign_in: bool = True,
) -> Intent:
    rule = ActionRule(
        operation=operation,
        arguments={},
        summary="do it",
        done="Done.",
        approval=approval,
        ask_customer=ask_customer,
        allow=allow,
        risk=risk,
    )
    return Intent(title="t", examples=("e",), autonomy=autonomy, action=rule, sign_in=sign_in)


def ruling(
    served: Intent,
    proposed: Action,
    *,
    confidence: float = 1.0,
    facts: dict[str, object] | None = None,
    customer_id: str | None = "C-1",
) -> Ruling:
    return judge(
        proposed,
        OPERATIONS[proposed.operation],
        served,
        facts=facts or {},  # type: ignore[arg-type]
        confidence=confidence,
        thresholds=THRESHOLDS,
        customer_id=customer_id,
    )


NOTHING, YES, PERSON, BOTH = (False, False), (True, False), (False, True), (True, True)


@pytest.mark.parametrize(
    ("risk", "autonomy", "approval", "needs"),
    [
        (Risk.LOW, Autonomy.AUTO, None, NOTHING),
        (Risk.LOW, Autonomy.CONFIRM, None, YES),
        (Risk.LOW, Autonomy.DRAFT, AGENT, BOTH),
        (Risk.MEDIUM, Autonomy.AUTO, None, YES),
        (Risk.MEDIUM, Autonomy.CONFIRM, None, YES),
        (Risk.MEDIUM, Autonomy.DRAFT, AGENT, BOTH),
        (Risk.MEDIUM, Autonomy.AUTO, AGENT, BOTH),
        (Risk.HIGH, Autonomy.AUTO, AGENT, BOTH),
        (Risk.HIGH, Autonomy.CONFIRM, AGENT, BOTH),
        (Risk.HIGH, Autonomy.DRAFT, AGENT, BOTH),
    ],
)
def test_risk_and_autonomy_say_what_is_needed(
    risk: Risk, autonomy: Autonomy, approval: Approval | None, needs: tuple[bool, bool]
) -> None:
    """(the customer's yes, a person's approval) follow from risk and autonomy alone."""
    name = OF_RISK[risk]
    found = ruling(intent(name, autonomy, approval=approval), action(name))
    assert (found.verdict, (found.customer_yes, found.approval)) == (Verdict.PROCEED, needs)


@pytest.mark.parametrize("risk", list(Risk))
def test_a_shadow_only_watches(risk: Risk) -> None:
    """With autonomy shadow a person does everything."""
    name = OF_RISK[risk]
    found = ruling(intent(name, Autonomy.SHADOW, approval=AGENT), action(name))
    assert found.verdict is Verdict.HAND_OFF


@pytest.mark.parametrize(
    ("risk", "autonomy"),
    [(Risk.HIGH, Autonomy.AUTO), (Risk.HIGH, Autonomy.CONFIRM), (Risk.LOW, Autonomy.DRAFT)],
)
def test_where_nobody_may_approve_a_person_takes_over(risk: Risk, autonomy: Autonomy) -> None:
    """An approval that no role may give is not waived."""
    name = OF_RISK[risk]
    assert ruling(intent(name, autonomy), action(name)).verdict is Verdict.HAND_OFF


def test_a_catalog_can_raise_a_risk() -> None:
    """A booking that the shop calls high needs a person like any other high risk."""
    served = intent("calendar.book", approval=AGENT, risk=Risk.HIGH)
    assert ruling(served, action("calendar.book")).approval


def test_a_catalog_cannot_lower_a_risk() -> None:
    """A refund that the shop calls low is still of high risk."""
    assert ruling(intent("orders.refund", risk=Risk.LOW), action("orders.refund")).verdict is Verdict.HAND_OFF


def test_a_person_may_decide_without_the_customer_being_asked_again() -> None:
    """`ask_customer: false` leaves the approval as the only thing that is needed."""
    served = intent("orders.refund", approval=AGENT, ask_customer=False)
    found = ruling(served, action("orders.refund"))
    assert (found.customer_yes, found.approval) == PERSON


def test_ask_customer_false_does_not_waive_a_yes_without_an_approval() -> None:
    """The customer's yes can be left out only where a person looks."""
    served = intent("orders.update_address", ask_customer=False)
    assert ruling(served, action("orders.update_address")).customer_yes


def test_low_confidence_asks_the_customer() -> None:
    """What the bot is not sure to have understood is asked for, however small the risk."""
    served = intent("calendar.book")
    assert not ruling(served, action("calendar.book"), confidence=0.8).customer_yes
    assert ruling(served, action("calendar.book"), confidence=0.79).customer_yes


def test_a_condition_that_does_not_hold_stops_the_action() -> None:
    """The first condition that fails says why; missing facts count as failing."""
    served = intent(
        "orders.update_address",
        allow=(
            Allow(when={"order.status": "unfulfilled"}, otherwise="It was sent."),
            Allow(when={"argument.order_number": "1044"}, otherwise="Another order."),
        ),
    )
    asked = action("orders.update_address", order_number="1044")
    allowed = ruling(served, asked, facts={"order": {"status": "unfulfilled"}})
    stopped = ruling(served, asked, facts={"order": {"status": "shipped"}})
    assert allowed.verdict is Verdict.PROCEED
    assert (stopped.verdict, stopped.otherwise) == (Verdict.NOT_ALLOWED, "It was sent.")
    assert ruling(served, asked).otherwise == "It was sent."


def test_anonymous_callers_sign_in_first() -> None:
    """Nobody changes an account's records without being known."""
    found = ruling(intent("calendar.book"), action("calendar.book", None), customer_id=None)
    careless = ruling(intent("calendar.book", sign_in=False), action("calendar.book", None), customer_id=None)
    assert (found.verdict, careless.verdict) == (Verdict.SIGN_IN, Verdict.SIGN_IN)


def test_a_public_operation_serves_anyone() -> None:
    """A password reset needs no sign-in where the catalog says so."""
    name = "identity.start_password_reset"
    found = ruling(intent(name, sign_in=False), action(name, None), customer_id=None)
    assert found.verdict is Verdict.PROCEED


def test_an_action_for_somebody_else_is_refused() -> None:
    """An action that was built for one customer is never done for another."""
    found = ruling(intent("calendar.book"), action("calendar.book", "C-2"), customer_id="C-1")
    assert found.verdict is Verdict.NOT_ALLOWED


def test_only_the_action_of_the_intent_is_known() -> None:
    """Another operation than the catalog's, or a read, has no way through the gate."""
    assert ruling(intent("calendar.book"), action("calendar.cancel")).verdict is Verdict.NOT_ALLOWED
    assert ruling(intent("orders.get"), action("orders.get")).verdict is Verdict.NOT_ALLOWED
    bare = Intent(title="t", examples=("e",))
    assert ruling(bare, action("calendar.book")).verdict is Verdict.NOT_ALLOWED


@given(autonomies, confidences, st.booleans(), st.booleans(), digests, digests, moments)
def test_no_high_risk_without_an_approval_of_its_digest_in_time(
    autonomy: Autonomy,
    confidence: float,
    has_approver: bool,
    ask: bool,
    confirmed: str | None,
    approved: str | None,
    until: datetime | None,
) -> None:
    """Whatever the catalog says and the customer answers, a refund needs a person's word on exactly it."""
    proposed = action("orders.refund", order_number="1044")
    words = {"right": proposed.digest, "other": action("orders.refund", order_number="1045").digest}
    granted = Granted(words.get(confirmed or ""), words.get(approved or ""), frozenset({"mia"}), until)
    served = intent("orders.refund", autonomy, approval=AGENT if has_approver else None, ask_customer=ask)
    permitted = permits(ruling(served, proposed, confidence=confidence), proposed, granted, NOW)
    in_time = until is None or until >= NOW
    if permitted:
        assert has_approver
        assert approved == "right"
        assert in_time


@given(risks, autonomies, confidences, st.text(max_size=5), st.text(max_size=5))
def test_another_action_than_the_agreed_one_is_never_permitted(
    risk: Risk, autonomy: Autonomy, confidence: float, agreed: str, done: str
) -> None:
    """A yes or an approval counts for these arguments, and a change of one of them makes it void."""
    name = OF_RISK[risk]
    said, proposed = action(name, value=agreed), action(name, value=done)
    found = ruling(intent(name, autonomy, approval=AGENT), proposed, confidence=confidence)
    granted = Granted(said.digest, said.digest, frozenset({"mia"}), NOW)
    assert permits(found, proposed, granted, NOW) == (
        found.verdict is Verdict.PROCEED and said.digest == proposed.digest
    )


@given(risks, autonomies, confidences, st.booleans())
def test_silence_is_no(risk: Risk, autonomy: Autonomy, confidence: float, has_approver: bool) -> None:
    """Where anything is needed and nobody has said anything, nothing is done."""
    name = OF_RISK[risk]
    served = intent(name, autonomy, approval=AGENT if has_approver else None)
    found = ruling(served, action(name), confidence=confidence)
    nothing_needed = found.verdict is Verdict.PROCEED and not (found.customer_yes or found.approval)
    assert permits(found, action(name), Granted(), NOW) == nothing_needed
    if nothing_needed:
        assert risk is Risk.LOW and autonomy is Autonomy.AUTO and confidence >= THRESHOLDS.act


@given(st.sampled_from([v for v in Verdict if v is not Verdict.PROCEED]), st.booleans(), st.booleans())
def test_no_grant_overrules_a_refusal(verdict: Verdict, yes: bool, approval: bool) -> None:
    """What is not allowed stays so, whoever agrees."""
    proposed = action("orders.refund")
    granted = Granted(proposed.digest, proposed.digest, frozenset({"mia", "tom"}), NOW + timedelta(hours=1))
    assert not permits(Ruling(verdict, yes, approval), proposed, granted, NOW)


def test_an_approval_ends_when_it_ends() -> None:
    """To the second: at its end it still counts, after it no more."""
    proposed = action("orders.refund")
    found = Ruling(Verdict.PROCEED, approval=True)
    granted = Granted(approved=proposed.digest, approved_by=frozenset({"mia"}), approved_until=NOW)
    assert permits(found, proposed, granted, NOW)
    assert not permits(found, proposed, granted, NOW + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("approver", "amount", "may"),
    [
        (Caller.staff("kim", "agent"), "150.00", True),
        (Caller.staff("kim", "agent"), "150.01", False),
        (Caller.staff("lou", "supervisor"), "150.01", True),
        (Caller.staff("lou", "supervisor", "agent"), "20.00", True),
        (Caller.staff("max", "warehouse"), "1.00", False),
        (Caller.staff("max"), "1.00", False),
        (Caller.customer("agent"), "1.00", False),
        (Caller(), "1.00", False),
    ],
)
def test_only_the_right_role_may_decide(approver: Caller, amount: str, may: bool) -> None:
    """A role counts within its limit, and only for members of staff."""
    rules = (
        Approver(role="agent", when={"argument.amount.amount": Bounds(at_most=150)}),
        Approver(role="supervisor"),
    )
    proposed = action("orders.refund").model_copy(
        update={"arguments": {"amount": {"amount": amount, "currency": "EUR"}}}
    )
    assert may_decide(approver, rules, proposed, {}) is may


def test_a_fact_called_argument_does_not_fool_the_gate() -> None:
    """Limits look at the action's own arguments, whatever a system's answer is called."""
    rules = (Approver(role="agent", when={"argument.amount.amount": Bounds(at_most=150)}),)
    proposed = action("orders.refund").model_copy(update={"arguments": {"amount": {"amount": "900"}}})
    facts = {"argument": {"amount": {"amount": "1"}}}
    assert not may_decide(Caller.staff("kim", "agent"), rules, proposed, facts)  # type: ignore[arg-type]
