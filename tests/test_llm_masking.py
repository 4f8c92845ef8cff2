"""What a model reads and writes has placeholders for personal data; the customer sees the values."""

import re

import pytest
from graph_kit import ADDRESS, AGENT, Stage
from llm_kit import (
    BOTH,
    STATUS,
    Wired,
    about,
    in_turn,
    kinds,
    lines,
    nothing,
    reading,
    script,
    wired,
    wordless,
)
from openai_wire import Answer, Request, structured

from hybrid_agent import Status
from hybrid_agent.settings import Thinking

pytest_plugins = ["graph_fixtures"]

EMAIL, OTHER_EMAIL, PHONE = "anna.keller@example.com", "a.k@firma.example", "+49 170 1234567"
STREET, HOME = "Hauptstraße 5", "Lindenstraße 12"
PERSONAL = (EMAIL, OTHER_EMAIL, PHONE, "170 1234567", STREET, HOME, "10117", "10115")
INTRODUCED = f"hello, I am {EMAIL}, {PHONE}, Lindenstraße 12, 10115 Berlin, Germany"


def expect_masked(told: Wired) -> None:
    """Nothing personal stands in any request that the server saw."""
    seen = told.prompts()
    assert told.wire.requests
    for value in PERSONAL:
        assert value not in seen, value


@pytest.mark.parametrize("how", BOTH)
async def test_nothing_personal_reaches_the_model(stage: Stage, how: Thinking) -> None:
    """Over a conversation that types e-mail, phone, name and address no request carries any of them."""
    reports = in_turn(
        structured(about("order_status", ("order_number", "1002"))),
        structured(
            about("change_delivery_address", ("order_number", "1001"), ("new_address", "<ADDRESS_2>"))
        ),
        structured(nothing(answer="unclear", given={})),
    )
    async with wired(wordless(stage), how, script(reports, lines("Order 1002 is shipped."))) as told:
        for words in (
            f"{INTRODUCED}. hm, 1002?",
            f"erm {OTHER_EMAIL} or {PHONE}, so {ADDRESS}",
            f"hm, is {PHONE} the number you have?",
            "yes",
            f"hm 1002? ({EMAIL})",
            "my parcel 1002",
        ):
            await told.say(words)
        assert "understand" in told.asked
    expect_masked(told)


async def test_facts_about_the_customer_are_masked(stage: Stage) -> None:
    """A profile, an order's address and what is open with it go to the model as placeholders."""
    catalog = reading(stage.deployment.catalog, ["tracking", "quote", "profile"], answers=(), knowledge=None)
    compose = lines("Order 1002 is shipped.")
    async with wired(stage.using(catalog=catalog), Thinking.LLM, script(compose=compose)) as told:
        await told.say(STATUS)
        await told.say("hm, and what do you have on Anna Keller, Ms Keller?")
    assert "Keller" not in told.prompts() and "Anna" not in told.prompts()
    asked = [request.user for request in told.wire.requests]
    assert "plan" in told.asked and re.search(r"<(STREET|ADDRESS|POSTCODE)_\d", "".join(asked))
    expect_masked(told)


async def test_the_summary_of_what_is_open_is_masked(stage: Stage) -> None:
    """The action that a question is about, and the one that waits for a person, carry no address."""
    reports = in_turn(
        structured(about("change_delivery_address", ("order_number", "1001"))),
        structured(nothing(answer="unclear")),
    )
    async with wired(stage, Thinking.LLM, script(reports)) as told:
        asked = await told.say(ADDRESS)
        await told.say("hm, what do you mean?")
    assert STREET in asked.reply.text
    assert "<ADDRESS_1>" in told.wire.requests[-1].user
    expect_masked(told)


async def test_the_customer_sees_the_values(stage: Stage) -> None:
    """A placeholder in the model's words is the customer's own value again in the reply."""

    def answer(request: Request) -> Answer:
        found = re.search(r"<(?:STREET|ADDRESS)_\d+>", request.user)
        return lines(f"Order 1002 goes to {found.group() if found else '?'}.")

    async with wired(wordless(stage), Thinking.LLM, script(compose=answer)) as told:
        turn = await told.say(STATUS)
    assert turn.status is Status.ANSWERED and HOME in turn.reply.text
    assert "<" not in turn.reply.text
    expect_masked(told)


async def test_a_quoted_placeholder_gives_the_value(stage: Stage) -> None:
    """A model that points at a placeholder gives the slot the customer's own words, and those are used."""
    report = about("change_delivery_address", ("order_number", "1001"), ("new_address", "<ADDRESS_1>"))
    async with wired(stage, Thinking.LLM, script(report)) as told:
        turn = await told.say(ADDRESS)
        assert STREET in turn.reply.text and turn.served.slots["new_address"]["line1"] == STREET
        done = await told.say("yes")
    assert done.status is Status.ANSWERED and STREET in stage.address()
    expect_masked(told)


@pytest.mark.parametrize(
    "words",
    [
        "We write to <EMAIL_1>.",
        "Order 1002 goes to <ADDRESS_9>.",
        "Order 1002 is on its way to [email].",
        "Order 1002 is on its way, EMAIL_1.",
        "Order 1002 is on its way, < name_3 >.",
    ],
)
async def test_an_invented_placeholder_is_not_said(stage: Stage, words: str) -> None:
    """A sentence with a placeholder that the model was never given is dropped, the rest is said."""
    compose = lines(words, "Order 1002 is on its way with DHL.")
    async with wired(stage, Thinking.LLM, script(compose=compose)) as told:
        turn = await told.say(STATUS)
    assert turn.reply.text.startswith("Order 1002 is on its way with DHL. [1]")
    for mark in ("EMAIL", "ADDRESS", "[email]", "name_3", "<", "We write"):
        assert mark not in turn.reply.text


async def test_an_invented_placeholder_gives_no_slot(stage: Stage) -> None:
    """A quote of a placeholder that there is not gives nothing."""
    report = about("password_reset", ("email", "<EMAIL_7>"))
    async with wired(stage, Thinking.LLM, script(report)) as told:
        turn = await told.say("I forgot how to get in")
    assert "EMAIL_7" not in str(turn) and stage.writes() == []


async def test_placeholders_stay_from_turn_to_turn(stage: Stage) -> None:
    """The same value has the same placeholder in every turn, however it is spelled, and new ones follow."""
    async with wired(stage, Thinking.LLM, script()) as told:
        await told.say(f"hm, 1002? I am at {OTHER_EMAIL}")
        await told.say(f"or {EMAIL}, and {OTHER_EMAIL.upper()} is the office")
        await told.say(f"so: {EMAIL} or {OTHER_EMAIL}, 1002?")
    understood = [request.user for request in told.wire.requests if not request.streamed]
    last = [each.rpartition('<data of="message">')[2] for each in understood]
    assert "I am at <EMAIL_1>" in last[0]
    assert "or <EMAIL_2>, and <EMAIL_1> is the office" in last[1]
    assert "so: <EMAIL_2> or <EMAIL_1>, 1002?" in last[2]
    expect_masked(told)


async def test_nothing_personal_is_recorded_of_calls(stage: Stage) -> None:
    """What is recorded of calls and dropped sentences holds no value and no prompt."""
    compose = lines("Write to mallory@evil.example or call +49 170 1234567.")
    async with wired(stage, Thinking.LLM, script(compose=compose)) as told:
        await told.say(f"{INTRODUCED}. Where is my order 1002?")
        assert await kinds(told.stage, "dropped")
    recorded = str(stage.recorded("SELECT * FROM hybrid_agent_events"))
    for value in (*PERSONAL, "mallory@evil.example", "You read messages"):
        assert value not in recorded, value


async def test_a_decision_in_between_shows_the_model_nothing(stage: Stage) -> None:
    """What staff write when they answer for the bot is passed on as it is, and no model reads or words it."""
    async with wired(stage, Thinking.LLM, script(about("refund"))) as told:
        pending = (await told.say("I want a refund for order 1003, it arrived broken")).approvals[0]
        before = len(told.wire.requests)
        turn = await told.stage.decide(pending, "respond", AGENT, message="Call Ruth on +31 85 555 0142.")
    assert len(told.wire.requests) == before and "Call Ruth on +31 85 555 0142." in turn.reply.text
