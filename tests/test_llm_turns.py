"""A turn with a language model: what it is asked for, and what of its answers is used."""

from typing import Any

import pytest
from graph_kit import AGENT, REFUND, Stage
from llm_kit import (
    ABOUT_1002,
    BOTH,
    READS,
    STATUS,
    Wired,
    about,
    expect_served,
    in_turn,
    kinds,
    lines,
    nothing,
    outcomes,
    reading,
    script,
    wired,
    wordless,
)
from openai_wire import structured, text, tool_calls

from hybrid_agent import Status
from hybrid_agent.settings import Thinking

pytest_plugins = ["graph_fixtures"]

OWN_WORDS = "Your order 1002 is on its way to you with DHL."
UNSURE = "hm, 1002?"


def with_reads(stage: Stage, *names: str) -> Stage:
    return stage.using(catalog=reading(stage.deployment.catalog, names))


async def read_in(wired: Wired) -> list[str]:
    """The operations that were read for the one request of the conversation, in order."""
    return [each["operation"] for each in await kinds(wired.stage, "read")]


# ----- llm -----


async def test_a_status_question_takes_two_calls(stage: Stage) -> None:
    """`llm` answers where an order is by understanding and wording, and by nothing else."""
    async with wired(stage, Thinking.LLM, script(compose=lines(OWN_WORDS))) as told:
        turn = await told.say(STATUS)
    assert told.asked == ["understand", "compose"]
    assert turn.status is Status.ANSWERED and list(turn.served.intents) == ["order_status"]
    assert turn.served.slots == {"order_number": "1002"}


async def test_the_models_sentences_are_said_where_they_pass(stage: Stage) -> None:
    """The reply has the model's sentence with its source, not the one that lies, and no fact is left out."""
    lie = "We have refunded €50.00 to you."
    async with wired(stage, Thinking.LLM, script(compose=lines(OWN_WORDS, lie))) as told:
        turn = await told.say(STATUS)
    assert turn.reply.text.startswith(f"{OWN_WORDS} [1]") and turn.reply.citations
    assert "refunded" not in turn.reply.text
    assert "JD014096475893" in turn.reply.text and "25 November 2026" in turn.reply.text
    assert len(await kinds(told.stage, "dropped")) == 1


async def test_questions_effects_and_refusals_keep_the_catalogs_words(stage: Stage) -> None:
    """What asks for a yes, waits for a person, was done or is refused is not given to the model to word."""
    reports = in_turn(
        structured(about("cancel_order", ("order_number", "1001"))),
        structured(about("refund", ("order_number", "1003"), ("refund_reason", "broken", "damaged"))),
    )
    async with wired(stage, Thinking.LLM, script(reports, lines("Done."))) as told:
        asked = await told.say("I want to cancel order 1001")
        assert (
            asked.status is Status.AWAITING_CUSTOMER and "Shall I go ahead? (yes or no)" in asked.reply.text
        )
        waits = await told.say("yes")
        assert waits.status is Status.AWAITING_APPROVAL and "asked a colleague" in waits.reply.text
        done = await told.stage.decide(waits.approvals[0], who=AGENT)
        assert "Order 1001 is cancelled." in done.reply.text
        await told.say(REFUND, "r")
    assert "compose" not in told.asked


async def test_a_plain_yes_takes_no_call(stage: Stage) -> None:
    """Yes and no to an open question are read by their words, and the yes counts."""
    report = about("change_delivery_address", ("order_number", "1001"))
    async with wired(stage, Thinking.LLM, script(report)) as told:
        await told.say("Please change the address of order 1001 to Hauptstraße 5, 10117 Berlin, Germany")
        before = len(told.asked)
        turn = await told.say("yes")
    assert told.asked[before:] == [] and turn.status is Status.ANSWERED
    assert "Hauptstraße 5" in stage.address()


async def test_what_the_model_quotes_is_read_by_the_recognisers(stage: Stage) -> None:
    """Words that the model points at give a slot as our recognisers read them."""
    report = about("cancel_order", ("order_number", "the number is 1 0 0 1"))
    async with wired(stage, Thinking.LLM, script(report)) as told:
        turn = await told.say("please stop it, the number is #1001!")
    assert turn.served.slots.get("order_number") == "1001"


# ----- Choosing reads -----


@pytest.mark.parametrize("names", [(), ("tracking",), ("tracking", "quote")], ids=len)
async def test_few_reads_are_done_without_asking(stage: Stage, names: tuple[str, ...]) -> None:
    """The model is not asked which of two optional reads is worth doing."""
    async with wired(with_reads(stage, *names), Thinking.LLM, script()) as told:
        await told.say(STATUS)
        assert await read_in(told) == ["orders.get", *(READS[name] for name in names)]
    assert "plan" not in told.asked


async def test_only_optional_reads_are_on_offer(stage: Stage) -> None:
    """The tools on offer are the intent's optional reads: none that is required, none of another intent."""
    staged = with_reads(stage, "tracking", "quote", "eligibility")
    async with wired(staged, Thinking.LLM, script()) as told:
        turn = await told.say(STATUS)
        assert await read_in(told) == ["orders.get"]
    assert told.asked == ["understand", "plan", "compose"] and turn.status is Status.ANSWERED
    assert told.wire.requests[1].tools == ["tracking", "quote", "eligibility"]
    for tool in told.wire.requests[1].body["tools"]:
        assert tool["function"]["parameters"]["properties"] == {}


async def test_arguments_are_the_catalogs(stage: Stage) -> None:
    """A read is of the order that the customer named, whatever order the model names in its call."""
    plan = tool_calls({"tracking": {"order_number": "1005", "customer_id": "C-1002"}})
    async with wired(with_reads(stage, *READS), Thinking.LLM, script(plan=plan)) as told:
        turn = await told.say(STATUS)
        values = await told.stage.values()
    assert {
        item.name: item.data["order_number"] for item in values["evidence"] if item.name == "tracking"
    } == {"tracking": "1002"}
    assert "1005" not in turn.reply.text


async def test_rounds_of_choosing_are_capped(stage: Stage) -> None:
    """A model that asks for one more read each time is asked three times."""
    plan = in_turn(*(tool_calls({name: {}}) for name in READS))
    async with wired(with_reads(stage, *READS), Thinking.LLM, script(plan=plan)) as told:
        turn = await told.say(STATUS)
        assert await read_in(told) == ["orders.get", *list(READS.values())[:3]]
    assert told.asked.count("plan") == 3 and turn.status is Status.ANSWERED


@pytest.mark.parametrize("name", ["orders.refund", "refund", "orders.cancel", "made_up", "order"])
async def test_a_tool_that_was_not_on_offer_is_dropped(stage: Stage, name: str) -> None:
    """A call of a write, of another read or of no tool at all does nothing, and is recorded."""
    plan = in_turn(
        tool_calls({name: {"order_number": "1003", "amount": "50"}}, {"tracking": {}}), text("enough")
    )
    async with wired(with_reads(stage, *READS), Thinking.LLM, script(plan=plan)) as told:
        turn = await told.say(STATUS)
        assert await read_in(told) == ["orders.get", "orders.track"]
        assert ("plan", "ok, 1 dropped") in await outcomes(told.stage)
    assert turn.status is Status.ANSWERED and stage.writes() == [] and stage.effects() == []


# ----- cascade -----


@pytest.mark.parametrize(
    "words", [[STATUS], ["Where is my order?", "1002"], ["Where is my order?", "the second one"]]
)
async def test_no_call_where_local_is_sure(stage: Stage, words: list[str]) -> None:
    """A question in plain words, a slot that was asked for and a pick of an option take no model."""
    async with wired(stage, Thinking.CASCADE, script(compose=lines(OWN_WORDS))) as told:
        for each in words:
            turn = await told.say(each)
    assert told.asked == []
    assert turn.status is Status.ANSWERED and "Order 1002 is on its way with DHL" in turn.reply.text


@pytest.mark.parametrize("answer", ["yes", "no", "yes please", "no thanks"])
async def test_no_call_for_a_yes_or_no(stage: Stage, answer: str) -> None:
    """The answer to a question that asks for a yes takes no model, and counts as it was said."""
    async with wired(stage, Thinking.CASCADE, script()) as told:
        await told.say("I want to cancel order 1001")
        turn = await told.say(answer)
    assert told.asked == []
    yes = answer.startswith("yes")
    assert turn.status is (Status.AWAITING_APPROVAL if yes else Status.ANSWERED)
    assert [status for _, status in stage.effects()] == (["proposed"] if yes else ["dropped"])


async def test_no_call_to_pick_an_intent(stage: Stage) -> None:
    """The answer to "is this about" takes no model, and its first message is served."""
    async with wired(stage, Thinking.CASCADE, script()) as told:
        asked = await told.say(UNSURE)
        before = len(told.asked)
        picked = list(asked.served.question.options).index("order_status") + 1
        turn = await told.say(str(picked))
    assert before == 1 and len(told.asked) == 1
    assert turn.status is Status.ANSWERED and "Order 1002 is on its way" in turn.reply.text


async def test_disagreement_asks_with_both_intents(stage: Stage) -> None:
    """Where local and model differ the customer chooses between the two, and both opinions are on record."""
    async with wired(stage, Thinking.CASCADE, script()) as told:
        turn = await told.say(UNSURE)
        opinions = (await kinds(told.stage, "classified"))[0]["opinions"]
    assert told.asked == ["understand"]
    assert turn.status is Status.AWAITING_CUSTOMER
    by = {each["by"]: each["intent"] for each in opinions}
    assert by["model"] == "order_status" and by["local"] not in (None, "order_status")
    assert set(turn.served.question.options) == set(by.values())


async def test_agreement_raises_confidence(stage: Stage) -> None:
    """An intent that local alone is not sure of is served without a question where the model agrees."""
    words = "my parcel 1002"
    local = await stage.say(words, "local")
    alone = (await kinds(stage, "classified", "local"))[0]
    intent = next(iter(local.served.intents))
    async with wired(stage, Thinking.CASCADE, script(about(intent, ("order_number", "1002")))) as told:
        turn = await told.say(words)
        seen = (await kinds(told.stage, "classified"))[0]
    assert {each["intent"] for each in seen["opinions"]} == {intent}
    assert turn.served.intents[intent] > local.served.intents[intent] == alone["confidence"]


async def test_words_of_the_catalog_are_not_reworded(stage: Stage) -> None:
    """Where the model was asked to understand it is not asked to word what the catalog has words for."""
    async with wired(
        stage, Thinking.CASCADE, script(about("missing_parcel", ("order_number", "1002")))
    ) as told:
        await told.say("my parcel 1002")
    assert told.asked == ["understand"]


async def test_the_model_words_what_the_catalog_has_no_words_for(stage: Stage) -> None:
    """An intent without answers is answered in the model's words, from the facts that were read."""
    async with wired(
        wordless(stage), Thinking.CASCADE, script(compose=lines("Order 1002 is shipped."))
    ) as told:
        turn = await told.say(STATUS)
    assert told.asked == ["compose"]
    assert turn.status is Status.ANSWERED and turn.reply.text.startswith("Order 1002 is shipped.")


@pytest.mark.parametrize(
    "words",
    [
        text(""),
        text("Order 1002 is shipped."),
        lines("Order 1002 arrives on 31 December 2031."),
        text("[9] Hi"),
    ],
)
@pytest.mark.parametrize("how", BOTH)
async def test_without_usable_words_a_person_answers(stage: Stage, how: Thinking, words: Any) -> None:
    """Where neither catalog nor model has words that hold, a colleague is told, and the customer hears so."""
    async with wired(wordless(stage), how, script(compose=words)) as told:
        turn = await told.say(STATUS)
    assert turn.status is Status.HANDED_OFF and turn.served.reasons == ("no_answer",)
    assert "2031" not in turn.reply.text and "colleague" in turn.reply.text


async def test_a_message_without_a_request_does_nothing(stage: Stage) -> None:
    """A model that finds nothing wanted gets the customer a reply, and nothing is proposed or done."""
    async with wired(stage, Thinking.LLM, script(nothing())) as told:
        turn = await told.say("hm, 1002?")
    expect_served(turn)
    assert stage.effects() == [] and stage.writes() == []


async def test_llm_asks_again_for_what_it_did_not_find(stage: Stage) -> None:
    """A slot that neither words nor model give is asked for, and its answer is used."""
    async with wired(
        stage, Thinking.LLM, script(in_turn(structured(about("order_status")), structured(ABOUT_1002)))
    ) as told:
        asked = await told.say("Where is it?")
        turn = await told.say("1002")
    assert asked.served.question.slot == "order_number"
    assert turn.status is Status.ANSWERED and "1002" in turn.reply.text
