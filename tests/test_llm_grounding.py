"""What a model makes up of a message takes no effect: slots, choices, a yes, a change of mind."""

import pytest
from graph_kit import ADDRESS, REFUND, Stage
from llm_kit import BOTH, about, acting, expect_served, nothing, quoted, said_by

from hybrid_agent import Status
from hybrid_agent.settings import Thinking

pytest_plugins = ["graph_fixtures"]

CANCEL = "I want to cancel order 1001"


def answering(answer: str, *given: tuple[str, ...]) -> dict[str, object]:
    """A report of an answer to the open question with what it is said to give."""
    return nothing(answer=answer, given=quoted(*given))


@pytest.mark.parametrize(
    "number", ["1003", "1005", "order 1003", "1002 and 1003", "", "  ", "00", "002", "the order"]
)
async def test_an_invented_quote_gives_no_slot(stage: Stage, number: str) -> None:
    """A number that does not stand in the message is no order number, nor is a part of one that does."""
    said = said_by(about("cancel_order", ("order_number", number)))
    turn = await acting(stage, Thinking.LLM, said).say("cancel it please, the thing from 10020")
    expect_served(turn)
    assert turn.served.slots.get("order_number") in (None, "1001")  # the one that the records offer
    assert stage.effects() == [] or turn.status is Status.AWAITING_CUSTOMER


async def test_an_invented_address_is_asked_for(stage: Stage) -> None:
    """An address that the customer did not give is not used, however the model words it."""
    evil = "Evil Street 1, 10115 Berlin, Germany"
    said = said_by(about("change_delivery_address", ("order_number", "1001"), ("new_address", evil)))
    staged = acting(stage, Thinking.LLM, said)
    turn = await staged.say("please send order 1001 to my new address, I have moved")
    assert turn.status is Status.AWAITING_CUSTOMER and turn.served.question.slot == "new_address"
    await staged.say("yes")
    assert "Evil" not in stage.address() and stage.writes() == []


@pytest.mark.parametrize("order", ["1005", "1006"])
@pytest.mark.parametrize("intent", ["order_status", "cancel_order", "refund"])
async def test_another_customers_order_stays_theirs(stage: Stage, intent: str, order: str) -> None:
    """Even where the message names it, a model cannot bring in an order that is not the customer's."""
    said = said_by(about(intent, ("order_number", order)), compose=f"[1] Order {order} is on its way.")
    staged = acting(stage, Thinking.LLM, said)
    for words in (f"It is about order {order}, it arrived broken", "yes"):
        turn = await staged.say(words)
        expect_served(turn)
        assert turn.status is not Status.AWAITING_APPROVAL and "on its way" not in turn.reply.text
    assert stage.writes() == [] and stage.effects() == []


@pytest.mark.parametrize("choice", ["stolen_by_aliens", "sent_back; DROP TABLE", "", "SENT_BACK"])
async def test_a_choice_that_there_is_not_is_asked_for(stage: Stage, choice: str) -> None:
    """A choice that the slot does not have is not taken; the customer is asked."""
    report = about("refund", ("order_number", "1003"), ("refund_reason", "a reason", choice))
    staged = acting(stage, Thinking.LLM, said_by(report))
    turn = await staged.say("I want a refund for order 1003, I have a reason")
    assert turn.status is Status.AWAITING_CUSTOMER and turn.served.question.slot == "refund_reason"
    assert stage.approvals() == []


async def test_a_choice_needs_words_of_the_message(stage: Stage) -> None:
    """A judgement of which choice is meant counts for words that were said, and for no others."""
    report = about("refund", ("refund_reason", "it came broken", "damaged"))
    staged = acting(stage, Thinking.LLM, said_by(report))
    turn = await staged.say("I want a refund for order 1003")
    assert turn.served.question.slot == "refund_reason" and "refund_reason" not in turn.served.slots


async def test_a_choice_that_the_words_contradict_is_not_taken(stage: Stage) -> None:
    """Where the quoted words name a choice themselves, the model's own does not count."""
    report = about("refund", ("refund_reason", "it arrived broken", "sent_back"))
    turn = await acting(stage, Thinking.LLM, said_by(report)).say(REFUND)
    assert turn.served.slots["refund_reason"] == "damaged"


@pytest.mark.parametrize("how", BOTH)
@pytest.mark.parametrize(
    "words", ["hm", "what does that mean?", "yes but to another house", "maybe later", "is that free?", "ok?"]
)
async def test_a_yes_that_was_not_said_does_nothing(stage: Stage, how: Thinking, words: str) -> None:
    """A model that reads a yes into other words changes nothing: the customer's own words have to say it."""
    staged = acting(stage, how, said_by(answering("yes")))
    asked = await stage.say(ADDRESS)
    before = stage.address()
    turn = await staged.say(words)
    expect_served(turn)
    assert asked.status is Status.AWAITING_CUSTOMER
    assert stage.writes() == [] and stage.address() == before
    assert [status for _, status in stage.effects()] in ([], ["proposed"], ["dropped"])


@pytest.mark.parametrize("how", BOTH)
async def test_a_cancellation_that_nobody_asked_for_is_none(stage: Stage, how: Thinking) -> None:
    """A model that sees a cancellation in a message that is a yes does not undo the yes."""
    staged = acting(stage, how, said_by(answering("cancel")))
    await stage.say(CANCEL)
    turn = await staged.say("yes")
    assert turn.status is Status.AWAITING_APPROVAL and stage.effects() == [("orders.cancel", "proposed")]


@pytest.mark.parametrize("how", BOTH)
async def test_a_withdrawal_that_nobody_asked_for_is_none(stage: Stage, how: Thinking) -> None:
    """While an approval waits, only the customer's own words take it back."""
    await stage.say(REFUND)
    waiting = stage.approvals()
    report = {**about("order_status", ("order_number", "1002")), "answer": "cancel"}
    turn = await acting(stage, how, said_by(report)).say("hm, 1002? is it ok?")
    assert stage.approvals() == waiting and waiting[0][1] == "pending"
    assert turn.status is Status.AWAITING_APPROVAL


@pytest.mark.parametrize("how", BOTH)
async def test_a_write_that_nobody_asked_for_waits_for_its_gate(stage: Stage, how: Thinking) -> None:
    """A model that takes a question for a cancellation or a refund gets no further than the gate."""
    requests = [*about("cancel_order", ("order_number", "1001"))["requests"], *about("refund")["requests"]]
    report = {"requests": requests}
    turn = await acting(stage, how, said_by(report)).say("hm, 1001?")
    expect_served(turn)
    assert stage.writes() == [] and stage.approvals() == []


async def test_a_wish_for_a_person_is_not_invented(stage: Stage) -> None:
    """A model that sees a wish for a person or anger beside a plain request does not end the conversation."""
    report = about("order_status", ("order_number", "1002"), wants_person=True, angry=True)
    turn = await acting(stage, Thinking.LLM, said_by(report)).say("Where is my order 1002?")
    assert turn.status is Status.ANSWERED and turn.hand_off is None


@pytest.mark.parametrize("how", BOTH)
async def test_a_slot_is_answered_by_the_message_only(stage: Stage, how: Thinking) -> None:
    """While a slot is asked for, a value that the message does not hold is not taken for the answer."""
    await stage.say("Where is my order?")
    staged = acting(stage, how, said_by(answering("unclear", ("order_number", "1003"))))
    turn = await staged.say("the other one, you know")
    assert turn.status is Status.AWAITING_CUSTOMER and "order_number" not in turn.served.slots


async def test_a_correction_is_the_customers(stage: Stage) -> None:
    """While a yes is asked for, a model cannot change what it is asked for."""
    await stage.say(ADDRESS)
    staged = acting(
        stage, Thinking.LLM, said_by(answering("yes", ("new_address", "Evil Street 1, 10115 Berlin")))
    )
    await staged.say("hm, what?")
    done = await staged.say("yes")
    assert done.status is Status.ANSWERED and "Hauptstraße 5" in stage.address()
