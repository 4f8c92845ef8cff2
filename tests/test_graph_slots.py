"""What must be known is filled with the fewest questions, corrected, dropped and taken up again."""

import pytest
from graph_kit import ADDRESS, REFUND, Stage

from hybrid_agent import Caller, Status
from hybrid_agent.slots import SlotKind

pytest_plugins = ["graph_fixtures"]

SEE = "Seestraße 7, 10117 Berlin, Germany"


async def test_one_open_order_is_used_without_asking(stage: Stage) -> None:
    """A customer with one order that fits is not asked for its number."""
    turn = await stage.say("please change my delivery address to Hauptstraße 5, 10117 Berlin, Germany")
    assert turn.served.slots["order_number"] == "1001"
    assert turn.status is Status.AWAITING_CUSTOMER and "order 1001" in turn.reply.text


@pytest.mark.parametrize("answer", ["1002", "#1002", "the second one", "2", "order 1002 please"])
async def test_several_orders_are_offered_and_chosen_from(stage: Stage, answer: str) -> None:
    """Where several orders fit they are offered, and may be named by number, place or order number."""
    turn = await stage.say("Where is my order?")
    assert turn.status is Status.AWAITING_CUSTOMER
    assert set(turn.served.question.options) == {"1001", "1002"}
    assert "1. 1001" in turn.reply.text and "2. 1002" in turn.reply.text
    done = await stage.say(answer)
    assert "Order 1002 is on its way" in done.reply.text


async def test_an_order_that_is_not_on_offer_may_be_named(stage: Stage) -> None:
    """The offer is a help, not a limit: any order of the customer's may be named."""
    await stage.say("Where is my order?")
    turn = await stage.say("1003")
    assert "Order 1003 was delivered" in turn.reply.text


@pytest.mark.parametrize("number", ["1005", "1006"])
async def test_somebody_elses_order_reads_like_an_unknown_one(stage: Stage, number: str) -> None:
    """An order of another customer cannot be told from one that does not exist."""
    theirs = await stage.say(f"Where is order {number}?", "theirs")
    unknown = await stage.say("Where is order 9999?", "unknown")
    assert theirs.reply.text.replace(number, "9999") == unknown.reply.text
    assert theirs.status is unknown.status is Status.AWAITING_CUSTOMER
    assert theirs.served.slots == unknown.served.slots


@pytest.mark.parametrize("text", [ADDRESS, REFUND, "I want to cancel order 1001"])
async def test_somebody_elses_order_cannot_be_changed(stage: Stage, text: str) -> None:
    """Nobody changes another customer's order by naming it."""
    before = stage.address("1005")
    turn = await stage.say(text.replace("1001", "1005").replace("1003", "1005"))
    await stage.say("yes")
    assert "can't find" in turn.reply.text
    assert stage.address("1005") == before
    assert stage.writes() == [] and stage.effects() == []


async def test_a_malformed_number_is_asked_for_again(stage: Stage) -> None:
    """An answer that is no order number is asked for once more, with what one looks like."""
    await stage.say("Where is my order?")
    turn = await stage.say("12")
    assert turn.status is Status.AWAITING_CUSTOMER
    assert "four digits" in turn.reply.text
    assert "Order 1002" in (await stage.say("sorry, 1002")).reply.text


async def test_after_two_failures_a_person_is_offered_and_may_be_accepted(stage: Stage) -> None:
    """Two answers that cannot be used lead to the offer of a person; yes brings one."""
    await stage.say("Where is my order?")
    await stage.say("blue")
    offer = await stage.say("bluer")
    assert "colleague" in offer.reply.text and offer.status is Status.AWAITING_CUSTOMER
    turn = await stage.say("yes please")
    assert turn.status is Status.HANDED_OFF and "accepted_person" in turn.served.reasons


async def test_an_offered_person_may_be_declined(stage: Stage) -> None:
    """Whoever declines the person goes on with the bot, without the old question."""
    await stage.say("Where is my order?")
    await stage.say("blue")
    await stage.say("bluer")
    turn = await stage.say("no")
    assert turn.status is Status.AWAITING_CUSTOMER and turn.hand_off is None
    assert "opening" not in turn.reply.text
    assert (await stage.say("Where is order 1002?")).status is Status.ANSWERED


@pytest.mark.parametrize(
    "correction",
    [f"no, I meant {SEE}", f"yes but send it to {SEE}", SEE, f"no wait, {SEE}", f"actually {SEE}"],
)
async def test_a_correction_is_confirmed_anew(stage: Stage, correction: str) -> None:
    """What is corrected in the confirmation is asked about again; only the last version is written."""
    await stage.say(ADDRESS)
    turn = await stage.say(correction)
    assert turn.status is Status.AWAITING_CUSTOMER
    assert "Seestraße 7" in turn.reply.text and stage.writes() == []
    await stage.say("yes")
    assert "Seestraße 7" in stage.address()
    assert stage.writes() == ["orders.update_address"]


async def test_a_corrected_order_number_is_looked_up_again(stage: Stage) -> None:
    """`No, I meant 1002` is judged by the facts of order 1002, not by those of the first."""
    await stage.say(ADDRESS)
    turn = await stage.say("no, I meant order 1002")
    assert "already left" in turn.reply.text
    assert stage.writes() == [] and "proposed" not in dict(stage.effects()).values()


@pytest.mark.parametrize("doubt", ["yes?", "maybe", "what happens then", "yes if it is free", "hm"])
async def test_a_doubtful_yes_writes_nothing(stage: Stage, doubt: str) -> None:
    """Only a plain yes counts; anything less leaves the record as it is."""
    await stage.say(ADDRESS)
    await stage.say(doubt)
    assert stage.writes() == []


@pytest.mark.parametrize(
    "no",
    ["no", "no thanks", "cancel", "stop", "never mind", "no, keep it", "please leave everything as it is"],
)
async def test_a_no_drops_it(stage: Stage, no: str) -> None:
    """After a no nothing is pending, and a later yes does nothing."""
    await stage.say(ADDRESS)
    turn = await stage.say(no)
    assert "leave everything as it is" in turn.reply.text
    await stage.say("yes")
    assert stage.writes() == []
    assert stage.effects() == [("orders.update_address", "dropped")]


async def test_an_order_number_is_remembered(stage: Stage) -> None:
    """The order that was just spoken of is meant until another one is named."""
    await stage.say("Where is order 1003?")
    turn = await stage.say("Can I still return it?")
    assert "Order 1003 was delivered" in turn.reply.text
    assert turn.served.slots["order_number"] == "1003"


async def test_two_requests_in_one_message_are_both_served(stage: Stage) -> None:
    """Two questions in one message get two answers, in their order."""
    turn = await stage.say("Where is my order 1002 and what are your opening hours?")
    assert turn.reply.text.index("Order 1002") < turn.reply.text.index("18:00")
    assert len(turn.served.intents) == 2 and turn.status is Status.ANSWERED


async def test_a_question_and_a_change_in_one_message(stage: Stage) -> None:
    """A question beside a change is answered, and the change still waits for its yes."""
    turn = await stage.say("What are your opening hours? And please cancel order 1001.")
    assert "18:00" in turn.reply.text and "Shall I go ahead" in turn.reply.text
    assert turn.status is Status.AWAITING_CUSTOMER and stage.writes() == []


async def test_a_digression_is_answered_and_the_question_comes_back(stage: Stage) -> None:
    """Whoever asks something else while a question is open gets the answer, and the question again."""
    await stage.say("change the address of order 1001")
    turn = await stage.say("What are your opening hours?")
    assert "18:00" in turn.reply.text and "Where should it go instead" in turn.reply.text
    await stage.say("Hauptstraße 5, 10117 Berlin, Germany")
    await stage.say("yes")
    assert "Hauptstraße 5" in stage.address()


async def test_a_digression_during_a_confirmation_comes_back_to_it(stage: Stage) -> None:
    """A question in place of the yes is answered; the confirmation is asked again, and its yes counts."""
    await stage.say(ADDRESS)
    turn = await stage.say("What are your opening hours?")
    assert "18:00" in turn.reply.text and "Shall I go ahead" in turn.reply.text
    assert stage.writes() == []
    await stage.say("yes")
    assert stage.writes() == ["orders.update_address"]


async def test_a_change_of_mind_to_another_request(stage: Stage) -> None:
    """Whoever wants something else instead is served that; the first writes nothing without its own yes."""
    await stage.say(ADDRESS)
    turn = await stage.say("no, I want to cancel order 1001 instead")
    await stage.say("yes")
    assert "orders.update_address" not in stage.writes(), turn.reply
    assert "Lindenstraße 12" in stage.address()


async def test_a_yes_out_of_the_blue_does_nothing(stage: Stage) -> None:
    """A yes to no question is no order for anything."""
    await stage.say("yes")
    await stage.say("yes, do it")
    assert stage.writes() == [] and stage.effects() == []


async def test_a_customer_without_orders_is_asked_plainly(stage: Stage) -> None:
    """Where the records offer nothing, the question stands without options."""
    stage.shop(
        "INSERT INTO customers SELECT 'C-new', 'New', 'new@example.com', NULL, plan, segment, status, "
        "language, country, address, created_at FROM customers WHERE id = 'C-1001'"
    )
    turn = await stage.say("Where is my order?", who=Caller.customer("C-new"))
    assert turn.status is Status.AWAITING_CUSTOMER and turn.served.question.options == {}


async def test_a_customer_without_appointments_is_not_asked_to_choose_one(stage: Stage) -> None:
    """Whoever has no appointment is told so instead of being asked which of none is meant."""
    turn = await stage.say("cancel my appointment", who=Caller.customer("C-1002"))
    assert turn.status is not Status.AWAITING_CUSTOMER, turn.reply


async def test_slots_never_come_from_another_customers_thread(stage: Stage) -> None:
    """What one customer said in one conversation fills nothing in another's."""
    await stage.say("Where is order 1003?", "a")
    turn = await stage.say("Can I still return it?", "b", Caller.customer("C-1002"))
    assert "1003" not in turn.reply.text


@pytest.mark.parametrize("answer", ["3 pm", "3 December", "3:00"])
async def test_the_number_in_a_time_or_a_day_chooses_no_option(stage: Stage, answer: str) -> None:
    """Whoever names a time or a day that is not on offer gets none of the offered times by its place."""
    await stage.say("I'd like to book a boot fitting")
    asked = await stage.say("tomorrow")
    assert len(asked.served.question.options) >= 3
    await stage.say(answer)
    assert stage.writes() == []


async def test_an_offered_time_may_be_chosen_by_day_and_time(stage: Stage) -> None:
    """A day and a time that one option alone has choose it."""
    await stage.say("I'd like to book a boot fitting")
    asked = await stage.say("tomorrow")
    moment = list(asked.served.question.options.values())[-1].split(",")[0]
    turn = await stage.say(f"{moment}, please")
    assert f"is booked: Boot fitting on {moment}" in turn.reply.text


async def test_a_time_alone_is_of_the_first_day_on_offer(stage: Stage) -> None:
    """A time that several of the offered days have is of the day that the customer asked for."""
    await stage.say("I'd like to book a boot fitting")
    asked = await stage.say("tomorrow")
    moment = next(iter(asked.served.question.options.values())).split(",")[0]
    turn = await stage.say(f"{moment.split()[-1]} would be good")
    assert f"is booked: Boot fitting on {moment}" in turn.reply.text


async def test_an_option_may_be_named_by_a_word_that_it_alone_has(stage: Stage) -> None:
    """Of several orders on offer the one with that word is taken."""
    await stage.say("Where is my order?")
    assert "Order 1002 is on its way" in (await stage.say("the shipped one")).reply.text


async def test_after_two_days_without_times_a_person_takes_the_wish(stage: Stage) -> None:
    """A day without free times is asked for anew once; the second one brings a person."""
    await stage.say("I'd like to book tent advice")
    again = await stage.say("on 24 December 2029")
    assert again.served.question.slot == "appointment_date"
    turn = await stage.say("or on 28 December 2029")
    assert turn.status is Status.HANDED_OFF and "nothing_to_choose" in turn.served.reasons


async def test_a_person_may_be_among_what_a_message_could_mean(stage: Stage) -> None:
    """Whoever is asked what they mean may be offered a person in the catalog's words, and is not cut off."""
    turn = await stage.say("someone should fit my rucksack on Friday, put me down please")
    assert turn.status is Status.AWAITING_CUSTOMER
    assert "talk_to_a_person" in turn.served.question.options


async def test_words_that_drop_a_request_may_be_a_value_that_is_asked_for(stage: Stage) -> None:
    """Whoever is asked why they send something back may say that they changed their mind."""
    await stage.say("I would like to return order 1003")
    turn = await stage.say("I changed my mind")
    assert turn.served.slots["return_reason"] == "changed_mind"


async def test_a_number_that_came_earlier_may_be_said_back(stage: Stage) -> None:
    """That there is no such order is said also where another question came between, and asked again."""
    await stage.say("I would like to return an order")
    await stage.say("9999")
    turn = await stage.say("it is too small")
    assert turn.status is Status.AWAITING_CUSTOMER
    assert "9999" in turn.reply.text and turn.served.question.slot == "order_number"


async def test_a_request_can_be_dropped_where_any_text_would_be_an_answer(stage: Stage) -> None:
    """Who is asked for something in their own words, and says never mind, has not answered."""
    catalog = stage.deployment.catalog
    free = catalog.slots["return_reason"].model_copy(update={"kind": SlotKind.TEXT, "choices": {}})
    free_text = catalog.model_copy(update={"slots": {**catalog.slots, "return_reason": free}})
    stage = stage.using(catalog=free_text)
    await stage.say("I would like to return order 1003")
    turn = await stage.say("never mind")
    assert turn.served.question is None and "return_reason" not in turn.served.slots
