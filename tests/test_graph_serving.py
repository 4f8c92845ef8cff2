"""Every kind of request that the sample serves, from question to outcome, with its sources."""

import json
import re
from importlib import resources

import pytest
from graph_kit import ANNA, BOSS, Stage

from hybrid_agent import Caller, Status
from hybrid_agent.session import Turn
from hybrid_agent_tools.order_states import OrderStatus

pytest_plugins = ["graph_fixtures"]

MARK = re.compile(r"\[(\d+)\]")


async def expect_grounded(stage: Stage, turn: Turn, thread: str = "t") -> None:
    """Each number of a reply stands in the evidence, the catalog, the options or the customer's words."""
    values = await stage.values(thread)
    catalog = (resources.files("hybrid_agent") / "sample" / "catalog.yaml").read_text("utf-8")
    known = " ".join(
        [catalog, *(json.dumps(each.data) + each.text for each in values["evidence"])]
        + [str(message.content) for message in values["messages"] if message.type == "human"]
        + [json.dumps(dict(each.action.arguments)) for each in values["requests"] if each.action]
    )
    known += json.dumps(values["question"].options) if values["question"] else ""
    numbers = set(re.findall(r"\d+", known))
    said = re.findall(r"\d+", re.sub(r"(?<=\d),(?=\d{3})", "", MARK.sub("", turn.reply.text)))
    assert [number for number in said if number.lstrip("0") not in {n.lstrip("0") for n in numbers}] == []


def expect_numbered(turn: Turn) -> None:
    """The marks in a reply are its citations, numbered from 1 in the order of their first use."""
    marks = list(dict.fromkeys(int(mark) for mark in MARK.findall(turn.reply.text)))
    assert marks == list(range(1, len(marks) + 1)) == [each.number for each in turn.reply.citations]
    assert all(each.title for each in turn.reply.citations)


@pytest.mark.parametrize(
    ("text", "said", "sources"),
    [
        ("Where is my order 1002?", "on its way", 1),
        ("Can I still return order 1003?", "Yes. Order 1003", 1),
        ("Can I still return order 1004?", "No. Order 1004", 1),
        ("Where is my refund for order 1003?", "1003", 1),
        ("my parcel 1002 is lost", "1002", 1),
        ("What are your opening hours?", "9:00 to 18:00", 1),
        ("How much is shipping to Germany?", "4.90", 1),
        ("What is your return policy?", "30 days", 1),
        ("Which payment methods do you accept?", "PayPal", 1),
        ("How long is the warranty on your tents?", "5 years", 1),
        ("Are you a bot?", "automated assistant", 0),
        ("Hello", "Tarn & Ridge", 0),
        ("thank you", "welcome", 0),
    ],
)
async def test_a_question_is_answered_with_its_sources(
    stage: Stage, text: str, said: str, sources: int
) -> None:
    """What the records and the help centre know is said, with numbered sources, and nothing is written."""
    turn = await stage.say(text)
    assert turn.status is Status.ANSWERED
    assert said in turn.reply.text
    assert len(turn.reply.citations) >= sources
    expect_numbered(turn)
    await expect_grounded(stage, turn)
    assert stage.writes() == [] and stage.effects() == []


async def _one_of_each(stage: Stage) -> dict[str, tuple[str, str]]:
    """An order and its customer for each state that the shop has."""
    found: dict[str, tuple[str, str]] = {}
    for number, owner in stage.shop("SELECT number, customer_id FROM orders ORDER BY number"):
        order = await stage.deployment.toolbox.read("orders.get", {"order_number": number}, customer_id=owner)
        found.setdefault(order.status.value, (number, owner))  # type: ignore[union-attr]
    return found


SAID = {
    "unfulfilled": ("being prepared", "waits for your payment"),
    "partly_shipped": ("A part of order",),
    "shipped": ("on its way", "out for delivery", "reports a problem"),
    "delivered": ("was delivered on",),
    "partly_returned": ("come back to us",),
    "returned": ("has come back to us",),
    "partly_refunded": ("has been refunded",),
    "refunded": ("refunded in full",),
    "cancelled": ("was cancelled on",),
}


async def test_each_state_of_an_order_has_its_answer(stage: Stage) -> None:
    """Whatever state an order is in, its customer hears that state, with the order as the source."""
    orders = await _one_of_each(stage)
    assert set(orders) == set(SAID) == {each.value for each in OrderStatus}
    for status, (number, owner) in orders.items():
        turn = await stage.say(f"Where is my order {number}?", status, Caller.customer(owner))
        assert turn.status is Status.ANSWERED, status
        assert any(words in turn.reply.text for words in SAID[status]), (status, turn.reply.text)
        assert turn.reply.citations[0].title == f"Order {number}"
        await expect_grounded(stage, turn, status)


@pytest.mark.parametrize(
    ("texts", "operation", "said"),
    [
        (
            ["change the address of order 1001", "Hauptstraße 5, 10117 Berlin, Germany", "yes"],
            "orders.update_address",
            "Hauptstraße 5",
        ),
        (["The stove in order 1003 is broken", "yes"], "orders.request_return", "free of charge"),
        (["I want to return order 1003, too small", "yes"], "orders.request_return", "is registered"),
        (["I forgot my password", "yes"], "identity.start_password_reset", "anna.keller@example.com"),
        (["cancel my appointment", "yes"], "calendar.cancel", "is cancelled"),
        (["move my appointment", "next Thursday", "1", "yes"], "calendar.reschedule", "is moved"),
    ],
)
async def test_a_change_is_confirmed_then_made_once(
    stage: Stage, texts: list[str], operation: str, said: str
) -> None:
    """A change of medium risk waits for the customer's yes, is made once, and is reported."""
    for text in texts[:-1]:
        turn = await stage.say(text)
        assert turn.status is Status.AWAITING_CUSTOMER and stage.writes() == [], turn.reply
        await expect_grounded(stage, turn)
    turn = await stage.say(texts[-1])
    assert turn.status is Status.ANSWERED, turn.reply
    assert said in turn.reply.text
    assert stage.writes() == [operation]
    assert stage.effects()[-1] == (operation, "succeeded")
    await expect_grounded(stage, turn)


async def test_a_chosen_time_is_booked(stage: Stage) -> None:
    """Choosing one of the free times books it, and no other."""
    await stage.say("I want to book a boot fitting")
    offer = await stage.say("next Tuesday")
    first = next(iter(offer.served.question.options))
    await expect_grounded(stage, offer)
    turn = await stage.say("1")
    assert "is booked" in turn.reply.text and stage.writes() == ["calendar.book"]
    booked = stage.shop("SELECT slot_id FROM appointments WHERE customer_id = 'C-1001' AND id != 'A-1'")
    assert booked == [(first,)]


async def test_the_new_address_is_what_the_shop_holds(stage: Stage) -> None:
    """After the yes the shop's own record carries the new address, and no other order changed."""
    before = stage.address("1002")
    await stage.say("Please change the address of order 1001 to Hauptstraße 5, 10117 Berlin, Germany")
    assert "Lindenstraße 12" in stage.address()
    await stage.say("yes")
    assert "Hauptstraße 5" in stage.address() and "10117" in stage.address()
    assert stage.address("1002") == before


async def test_an_account_is_closed_by_a_supervisor_only_after_the_customers_yes(stage: Stage) -> None:
    """Closing an account takes the customer's yes and a supervisor's approval, in this order."""
    ((owner,),) = stage.shop(
        "SELECT id FROM customers c WHERE status = 'active' AND NOT EXISTS (SELECT 1 FROM orders o "
        "WHERE o.customer_id = c.id AND NOT (o.cancelled_at IS NOT NULL)) ORDER BY id LIMIT 1"
    ) or [("C-1199",)]
    who = Caller.customer(owner)
    asked = await stage.say("Please close my account", who=who)
    assert asked.status is Status.AWAITING_CUSTOMER
    waiting = await stage.say("yes", who=who)
    assert waiting.status is Status.AWAITING_APPROVAL and stage.writes() == []
    done = await stage.decide(waiting.approvals[0], who=BOSS)
    assert "closed" in done.reply.text and stage.writes() == ["customers.close_account"]
    assert stage.shop("SELECT status FROM customers WHERE id = ?", owner) == [("closed",)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("change the address of order 1002 to Hauptstraße 5, 10117 Berlin, Germany", "already left"),
        ("change the address of order 1001 to 10 Downing Street, London SW1A 2AA, UK", "same country"),
        ("I want to cancel order 1002", "can no longer be cancelled"),
        ("I want to return order 1004, too small", "return window of order 1004 has closed"),
        ("I want a refund for order 1004, it arrived broken", "no longer be refunded"),
        ("I want a refund for order 1002, it arrived broken", "a refund is not possible"),
    ],
)
async def test_what_the_policy_does_not_allow_is_explained(stage: Stage, text: str, said: str) -> None:
    """A change that the catalog's conditions exclude is refused with their reason; nothing is proposed."""
    turn = await stage.say(text)
    assert said in turn.reply.text
    assert turn.status is Status.ANSWERED
    assert stage.effects() == [] and stage.approvals() == [] and stage.writes() == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Why was I charged twice?", "billing_reason_unknown"),
        ("I want to talk to a human", "asked_for_person"),
        ("close my account", "closure_with_open_orders"),
        ("the jacket in order 1004 has a torn zip", "warranty_claim"),
        ("THIS IS A DISGRACE, you are useless idiots, I am furious!!!", "anger"),
    ],
)
async def test_what_the_bot_must_not_guess_at_goes_to_a_person(stage: Stage, text: str, reason: str) -> None:
    """Where a person is needed the whole packet is handed over: summary, facts, transcript, and why."""
    turn = await stage.say(text)
    assert turn.status is Status.HANDED_OFF
    assert reason in turn.served.reasons
    assert turn.hand_off is not None and turn.hand_off.customer_id == ANNA.id
    packet = turn.hand_off.packet
    assert packet["summary"] and packet["transcript"][-1]["text"] == text
    assert reason in packet["why"]["reasons"]
    assert "repeat" in turn.reply.text


async def test_the_packet_carries_what_was_found(stage: Stage) -> None:
    """The person who takes over sees intent, order and facts, so that the customer repeats nothing."""
    turn = await stage.say("Tracking says delivered but order 1003 is not here")
    packet = turn.hand_off.packet
    assert packet["intents"][0]["intent"] == "missing_parcel"
    assert packet["entities"]["order_number"]["value"] == "1003"
    assert {fact["name"] for fact in packet["facts"]} == {"order", "tracking"}


async def test_the_packet_carries_what_was_open_before(stage: Stage) -> None:
    """Whoever asks for a person in the middle of something repeats nothing of it."""
    await stage.say("I want to cancel order 1001")
    packet = (await stage.say("let me talk to a human being")).hand_off.packet
    assert {each["intent"] for each in packet["intents"]} >= {"cancel_order"}
    assert packet["entities"]["order_number"]["value"] == "1001"
    assert [each["operation"] for each in packet["proposed"]] == ["orders.cancel"]


async def test_a_question_outside_the_catalog_is_not_guessed_at(stage: Stage) -> None:
    """What no intent is meant for is declined once; the second time a person is brought in."""
    first = await stage.say("tell me a joke")
    assert first.status is Status.AWAITING_CUSTOMER
    second = await stage.say("who won the football match last night?")
    assert second.status is Status.HANDED_OFF and "not_understood" in second.served.reasons


@pytest.mark.parametrize(
    "text", ["Where is my order 1002?", "I want a refund for order 1003, it arrived broken"]
)
async def test_an_anonymous_caller_signs_in_first(stage: Stage, text: str) -> None:
    """Whoever is not signed in learns nothing of any order and changes nothing."""
    turn = await stage.say(text, who=Caller())
    assert "sign in" in turn.reply.text and turn.status is Status.REFUSED
    assert "DHL" not in turn.reply.text and stage.effects() == []


async def test_an_anonymous_chat_goes_on_after_signing_in(stage: Stage) -> None:
    """A conversation that began anonymously is the customer's once they have signed in."""
    await stage.say("Where is my order 1002?", who=Caller())
    turn = await stage.say("Where is my order 1002?")
    assert turn.status is Status.ANSWERED and "on its way" in turn.reply.text


async def test_a_person_may_be_one_of_the_wishes_to_choose_from(stage: Stage) -> None:
    """Asking whether "talking to a person" is meant is no claim to be one: the question goes out."""
    catalog = stage.deployment.catalog
    unsure = catalog.model_copy(
        update={"thresholds": catalog.thresholds.model_copy(update={"understand": 1})}
    )
    turn = await stage.using(catalog=unsure).say("Could I call off 1001?")
    assert turn.status is Status.AWAITING_CUSTOMER and turn.reply is not None
    assert catalog.intents["talk_to_a_person"].title in turn.reply.text
