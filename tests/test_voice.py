"""Customer, bot and people in one conversation: what was said, by whom, and one voice at a time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from graph_kit import ADDRESS, AGENT, ANNA, COLLEAGUE, NOBODY, OLIVER, REFUND, Stage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from postgres import empty_database

from hybrid_agent import Caller, Deployment, Status, voice
from hybrid_agent.errors import NotStaffError, TakenError, UnsayableError
from hybrid_agent.records import ledger, messages, open_records, ownership
from hybrid_agent.records.models import By, Message, Said
from hybrid_agent.recovery import recover
from hybrid_agent.state import EventKind

pytest_plugins = ["graph_fixtures"]

WHERE = "Where is order 1002?"
HOURS = "What are your opening hours?"
PERSON = "I want to talk to a human"


async def transcript(deployment: Deployment, thread: str = "t") -> list[Message]:
    """What customers and staff are shown."""
    async with deployment.records.read() as connection:
        return await messages.of_thread(connection, thread)


async def lines(stage: Stage, thread: str = "t") -> list[tuple[str, str]]:
    """Who said what."""
    return [(each.by.value, each.text) for each in await transcript(stage.deployment, thread)]


async def speakers(stage: Stage) -> str:
    """Who spoke, in order, by the first letter: customer, bot, person, notice."""
    return "".join(by[0] for by, _ in await lines(stage))


async def say(stage: Stage, text: str, person: Caller = AGENT, mark: str = "1") -> Message:
    """A person writes in the conversation."""
    return await voice.say(stage.deployment, "t", text, person, mark=mark)


def phrase(stage: Stage, name: str) -> str:
    return stage.deployment.phrases[name]


async def kinds(stage: Stage) -> list[str]:
    return [each.event.kind.value for each in await stage.happened("t")]


async def test_what_customer_and_bot_say_is_in_the_transcript(stage: Stage) -> None:
    """Each message is there once under its own id, the bot's with the sources that its numbers stand for."""
    turn = await stage.say("How long can I return things?", id="m-1")
    await stage.say("How long can I return things?", id="m-1")
    heard, said = await transcript(stage.deployment)
    assert (heard.mark, heard.by, heard.text) == ("m-1", By.CUSTOMER, "How long can I return things?")
    assert (said.by, said.text) == (By.BOT, turn.reply.text)
    assert [each["number"] for each in said.citations] == [each.number for each in turn.reply.citations] != []
    assert said.mark == (await stage.values())["messages"][-1].id


async def test_secrets_do_not_enter_the_transcript(stage: Stage) -> None:
    """A card number is taken out of what the customer says, and out of what a person says."""
    await stage.say("My card is 4111 1111 1111 1111, where is order 1002?")
    await say(stage, "Your card 4111 1111 1111 1111 is fine.")
    assert "4111" not in str(await lines(stage)) and "[card number removed]" in str(await lines(stage))


@pytest.mark.parametrize("stranger", [OLIVER, NOBODY, AGENT], ids=["other", "anonymous", "staff"])
async def test_strangers_leave_no_word_in_the_transcript(stage: Stage, stranger: Caller) -> None:
    """Neither their message nor what they hear is entered, even where only the records know whose it is."""
    await stage.say(WHERE)
    before = await lines(stage)
    turn = await stage.say("the secret word is xyzzy", who=stranger)
    fresh = stage.on(stage.deployment, None)
    again = await fresh.say("the secret word is xyzzy", who=stranger)
    assert [turn.status, again.status] == [Status.REFUSED] * 2
    assert await lines(stage) == before


async def test_a_persons_message_takes_the_conversation(stage: Stage) -> None:
    """The customer reads that somebody joined, what waited is withdrawn, and the bot is silent."""
    pending = (await stage.say(REFUND)).approvals[0]
    said = await say(stage, "Hello, this is Mia.")
    assert (said.by, said.author, said.text) == (By.PERSON, "mia", "Hello, this is Mia.")
    assert (await lines(stage))[-2:] == [
        ("notice", phrase(stage, "colleague_joined")),
        ("person", "Hello, this is Mia."),
    ]
    assert stage.approvals() == [(pending["id"], "withdrawn")]
    assert (await stage.say("hello?")).reply is None
    assert {"taken_over", "said_by_person"} <= set(await kinds(stage))


async def test_the_same_mark_is_the_same_message(stage: Stage) -> None:
    """A form that is sent twice says it once, also after the conversation was given back."""
    await stage.say(WHERE)
    first = await say(stage, "Hello.")
    assert await say(stage, "Hello.") == first
    await voice.release(stage.deployment, "t", AGENT)
    assert await say(stage, "Hello.") == first
    assert await speakers(stage) == "cbnpn"
    assert (await stage.say(HOURS)).status is Status.ANSWERED


async def test_nobody_writes_in_a_colleagues_conversation(stage: Stage) -> None:
    """Whoever tries reads who has it; once it is given back they may."""
    await stage.say(WHERE)
    await say(stage, "Hello.")
    with pytest.raises(TakenError, match="mia has it"):
        await say(stage, "Me, too.", COLLEAGUE)
    await voice.release(stage.deployment, "t", AGENT)
    assert (await say(stage, "Now me.", COLLEAGUE)).author == "tom"
    assert not (await voice.take_over(stage.deployment, "t", AGENT)).done


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\u200b", "x" * 4001], ids=["empty", "blank", "unseen", "long"]
)
async def test_what_cannot_be_said_is_refused(stage: Stage, text: str) -> None:
    """A message without words or past the limit changes nothing."""
    await stage.say(WHERE)
    with pytest.raises(UnsayableError, match="1 to 4000"):
        await say(stage, text)
    assert await speakers(stage) == "cb"
    assert (await stage.say(HOURS)).status is Status.ANSWERED


async def test_nobody_writes_where_nobody_began(stage: Stage) -> None:
    """A conversation that is not there is not made by a person's message, and customers are no persons."""
    with pytest.raises(UnsayableError, match="nobody began"):
        await say(stage, "Hello?")
    await stage.say(WHERE)
    with pytest.raises(NotStaffError):
        await say(stage, "Hello?", ANNA)
    assert await speakers(stage) == "cb"


async def test_the_bot_knows_what_people_said(stage: Stage) -> None:
    """Their words stand in the conversation where they were said, under their names, for every later turn."""
    await stage.say(WHERE, id="m-1")
    await say(stage, "Hello, I am Mia.", mark="1")
    await stage.say("Is it broken?", id="m-2")
    await say(stage, "It is not.", mark="2")
    await voice.release(stage.deployment, "t", AGENT)
    await stage.say(HOURS, id="m-3")
    await stage.say(WHERE, id="m-4")
    kept = (await stage.values())["messages"]
    assert [(each.type, each.name or each.id) for each in kept] == [
        ("human", "m-1"),
        ("ai", "m-1:0"),
        ("ai", "mia"),
        ("human", "m-2"),
        ("ai", "mia"),
        ("human", "m-3"),
        ("ai", "m-3:0"),
        ("human", "m-4"),
        ("ai", "m-4:0"),
    ]
    assert [each.text for each in kept if each.name] == ["Hello, I am Mia.", "It is not."]
    assert await speakers(stage) == "cbnpcpncbcb"


async def test_the_packet_has_what_people_said(stage: Stage) -> None:
    """Who takes a conversation up reads in its packet what a colleague said before."""
    await stage.say(WHERE)
    await say(stage, "I will look into it.")
    await voice.release(stage.deployment, "t", AGENT)
    await stage.say(PERSON)
    packet: Any = (await stage.handed_off())[-1].packet
    said = {"by": "person", "author": "mia", "text": "I will look into it."}
    assert said in packet["transcript"] and packet["transcript"][-1]["text"] == PERSON


async def test_an_idle_conversation_returns_to_the_bot(stage: Stage) -> None:
    """Who gives no sign of life for the service's time loses it; the customer reads so, the bot answers."""
    await stage.say(WHERE)
    await say(stage, "One moment.")
    stage.clock.turn(minutes=29)
    assert await voice.keep_alive(stage.deployment, "t", AGENT)
    assert not await voice.keep_alive(stage.deployment, "t", COLLEAGUE)
    stage.clock.turn(minutes=29)
    assert not (await voice.give_up(stage.deployment, "t")).changed
    stage.clock.turn(minutes=2)
    assert [(await voice.give_up(stage.deployment, "t")).changed for _ in range(2)] == [True, False]
    assert (await lines(stage))[-1] == ("notice", phrase(stage, "returned_to_bot"))
    assert not await voice.keep_alive(stage.deployment, "t", AGENT)
    assert (await stage.say(HOURS)).status is Status.ANSWERED
    (returned,) = [each.event for each in await stage.happened("t") if each.event.kind is EventKind.RETURNED]
    assert returned.data == {"by": "mia", "waiting": False}


async def test_an_idle_hand_off_returns_to_the_inbox(stage: Stage) -> None:
    """While its hand-off is open, an idle conversation waits for the next person, and not for the bot."""
    await stage.say(PERSON)
    await say(stage, "One moment.")
    async with stage.deployment.records.read() as connection:
        assert await ownership.idle(connection, before=stage.clock()) == []
        later = stage.clock() + timedelta(minutes=31)
        assert [each.thread for each in await ownership.idle(connection, before=later)] == ["t"]
    stage.clock.turn(minutes=31)
    await voice.give_up(stage.deployment, "t")
    assert (await lines(stage))[-1] == ("notice", phrase(stage, "returned_to_team"))
    assert [each.status for each in await stage.handed_off()] == ["open"]
    assert "added that" in (await stage.say("hello?")).reply.text
    assert (await say(stage, "I am Tom.", COLLEAGUE)).author == "tom"


@pytest.mark.parametrize("catching_up", ["decision", "message", "message after giving back"])
async def test_an_expiry_is_told_once(stage: Stage, catching_up: str) -> None:
    """What the sweep told the customer when an approval expired, no later run says or records again."""
    pending = (await stage.say(REFUND)).approvals[0]
    stage.clock.turn(days=3)
    await recover(stage.deployment)
    assert "in time" in (await lines(stage))[-1][1] and await speakers(stage) == "cbb"
    if catching_up == "decision":
        turn = await stage.decide(pending)
        assert turn.reply is None and turn.status is Status.HANDED_OFF and "expired" in str(turn.notices)
    if catching_up == "message after giving back":
        await voice.release(stage.deployment, "t", AGENT)
    await stage.say(WHERE)
    said = [text for by, text in await lines(stage) if by == "bot"]
    assert sum("in time" in text for text in said) == 1
    assert sum("in time" in each.text for each in (await stage.values())["messages"]) == 1
    assert (await kinds(stage)).count("expired") == 1 and len(await stage.handed_off()) == 1


async def test_what_became_of_an_unfinished_action_is_told_at_once(stage: Stage) -> None:
    """After a crash the customer reads what was done, before writing again, and hears all of it then."""
    await stage.say(ADDRESS, id="m-1")
    async with stage.deployment.records.write() as tx:
        (effect,) = await ledger.of_thread(tx, "t")
        await ledger.approve(tx, effect.id, by="customer:C-1001", now=stage.clock())
    stage.clock.turn(minutes=2)
    for _ in range(2):
        await recover(stage.deployment)
    told = phrase(stage, "done_meanwhile").format(summary=effect.summary)
    assert (await lines(stage))[2:] == [("notice", told)]
    assert "Done: order 1001" in (await stage.say("Thank you.")).reply.text


async def test_what_was_not_done_is_told_at_once(stage: Stage) -> None:
    """An agreed action whose time is over goes to a person, and both customer and bot know of it."""
    await stage.say(ADDRESS, id="m-1")
    async with stage.deployment.records.write() as tx:
        (effect,) = await ledger.of_thread(tx, "t")
        await ledger.approve(tx, effect.id, by="customer:C-1001", now=stage.clock())
    stage.clock.turn(hours=5)
    for _ in range(2):
        await recover(stage.deployment)
    told = phrase(stage, "not_done").format(summary=effect.summary)
    assert (await lines(stage))[2:] == [("bot", told)]
    await stage.say("Thank you.")
    assert [each.text for each in (await stage.values())["messages"]].count(told) == 1


async def test_a_reply_that_was_said_before_a_crash_is_not_said_twice(stage: Stage) -> None:
    """A run that dies after it spoke says the same again without effect, and something new in addition."""
    async with stage.deployment.records.write() as tx:
        for text in ("One.", "One.", "One and two.", "One and two."):
            said = Said(mark="m-1:0", by=By.BOT, text=text, at=stage.clock())
            mark = await messages.reply(tx, "t", said)
    assert [each.text for each in await transcript(stage.deployment)] == ["One.", "One and two."]
    assert (await transcript(stage.deployment))[-1].mark == mark != "m-1:0"


@pytest.fixture(params=["sqlite", "postgresql"])
async def shared(request: pytest.FixtureRequest, stage: Stage) -> AsyncIterator[Stage]:
    """The stage, with its records in either database."""
    if request.param == "sqlite":
        yield stage
        return
    async with await open_records(empty_database()) as records:
        yield stage.using(records=records)


def expect_one_voice(stage: Stage, said: list[Message]) -> None:
    """Between joining and giving back only that one person speaks, and outside of it only the bot."""
    joined, given_back = phrase(stage, "colleague_joined"), phrase(stage, "given_back")
    person: str | None = None
    has_it = False
    for each in said:
        if each.by is By.NOTICE:
            assert (each.text == joined) != has_it
            has_it, person = each.text != given_back, None
        elif each.by is By.PERSON:
            assert has_it and each.author == (person or each.author)
            person = each.author
        elif each.by is By.BOT:
            assert not has_it


async def test_a_person_and_the_bot_at_once(shared: Stage) -> None:
    """A take-over while the bot writes comes before its reply, which is then not said, or after it."""
    deployment = shared.deployment
    await shared.say(WHERE)

    async def persons(wait: float, person: Caller) -> None:
        for number in range(6):
            await asyncio.sleep(wait)
            try:
                await voice.say(deployment, "t", f"I am {person.id}.", person, mark=str(number))
            except TakenError:
                continue
            await asyncio.sleep(wait)
            await voice.release(deployment, "t", person)

    async def customer() -> list[bool]:
        turns = [await shared.say(WHERE) for _ in range(6)]
        return [turn.reply is not None for turn in turns]

    answered, *_ = await asyncio.gather(customer(), persons(0.011, AGENT), persons(0.017, COLLEAGUE))
    said = await transcript(deployment)
    expect_one_voice(shared, said)
    assert sum(each.by is By.BOT for each in said) == 1 + sum(answered)
    in_mind = [each.id for each in (await shared.values())["messages"] if each.type == "ai" and not each.name]
    assert in_mind == [each.mark for each in said if each.by is By.BOT]


async def test_whoever_comes_second_waits(shared: Stage) -> None:
    """While a reply is being entered nobody takes the conversation: the person's words come after it."""
    await shared.say(WHERE)
    async with shared.deployment.records.write_relaxed() as tx:
        assert (await ownership.held(tx, "t")).person is None
        person = asyncio.create_task(say(shared, "Hello."))
        await asyncio.sleep(0.1)
        await messages.reply(tx, "t", Said(mark="m:0", by=By.BOT, text="Late.", at=shared.clock()))
    await person
    assert await speakers(shared) == "cbbnp"


async def test_decisions_and_take_overs_at_once(shared: Stage) -> None:
    """Whoever decides and whoever takes over at the same moment wait for each other, and never for ever."""
    for number in range(4):
        thread = f"t{number}"
        pending = (await shared.say(REFUND, thread)).approvals[0]
        decided, taken = await asyncio.gather(
            shared.decide(pending, "reject", thread=thread),
            voice.take_over(shared.deployment, thread, COLLEAGUE),
        )
        assert taken.done and not decided.approvals


DEEDS = ("heard", "replied", "take", "say", "release")
PLAY = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.sampled_from([AGENT, COLLEAGUE])), min_size=3, max_size=14
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(play=PLAY, at_once=st.integers(1, 4))
async def test_any_interleaving_has_one_voice(shared: Stage, play: list[Any], at_once: int) -> None:
    """Whatever customer, bot and two people do, and however many of them at once, one voice speaks."""
    deployment = shared.deployment
    thread = str(uuid4())

    async def do(number: int, deed: str, person: Caller) -> None:
        now, records = deployment.clock(), deployment.records
        if deed == "heard":
            async with records.write_relaxed() as tx:
                await messages.hear(tx, thread, [Said(mark=f"c{number}", by=By.CUSTOMER, text="?", at=now)])
        elif deed == "replied":
            async with records.write_relaxed() as tx:
                if (await ownership.held(tx, thread)).person is None:
                    await asyncio.sleep(0.003)
                    await messages.reply(tx, thread, Said(mark=f"b{number}", by=By.BOT, text="!", at=now))
        elif deed == "take":
            await voice.take_over(deployment, thread, person)
        elif deed == "release":
            await voice.release(deployment, thread, person)
        else:
            try:
                await voice.say(deployment, thread, "Hello.", person, mark=str(number))
            except TakenError as taken:
                assert taken.person != person.id

    async with deployment.records.write() as tx:
        await messages.open_conversation(
            tx, thread, owner="C-1001", customer_id="C-1001", now=deployment.clock()
        )
    numbered = [(number, *each) for number, each in enumerate(play)]
    for first in range(0, len(numbered), at_once):
        await asyncio.gather(*(do(*each) for each in numbered[first : first + at_once]))
    expect_one_voice(shared, await transcript(deployment, thread))
