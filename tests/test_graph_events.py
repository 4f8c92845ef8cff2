"""Every turn leaves its events: masked, timed, and enough to compute the KPIs from."""

import re

import pytest
from graph_kit import ADDRESS, AGENT, OLIVER, REFUND, Stage

from hybrid_agent.state import EventKind

pytest_plugins = ["graph_fixtures"]

PERSONAL = re.compile(
    r"@|\+?\d[\d ()-]{8,}\d(?=[^\d:.+-])|stra(?:ß|ss)e|Keller|Anna|10117|10115|4111", re.IGNORECASE
)


async def kinds(stage: Stage) -> list[str]:
    return [each.event.kind.value for each in await stage.happened()]


async def test_an_answer_leaves_received_classified_read_answered_resolved(stage: Stage) -> None:
    """A question that is answered leaves what happened, in order, under its turn and intent."""
    await stage.say("Where is order 1002?", id="m-1")
    events = [each.event for each in await stage.happened()]
    assert [each.kind.value for each in events] == [
        "received",
        "classified",
        "read",
        "read",
        "answered",
        "resolved",
    ]
    assert {each.turn for each in events} == {"m-1"}
    assert {each.intent for each in events[1:]} == {"order_status"}


async def test_what_takes_time_carries_its_milliseconds(stage: Stage) -> None:
    """Classifying, reading, executing and answering say how long they took."""
    await stage.say(ADDRESS)
    await stage.say("yes")
    timed = {"classified", "read", "executed", "answered"}
    events = [each.event for each in await stage.happened()]
    assert timed <= {each.kind.value for each in events}
    assert all(each.ms is not None and each.ms >= 0 for each in events if each.kind.value in timed)
    assert all(each.event.at.tzinfo is not None for each in await stage.happened())


@pytest.mark.parametrize(
    ("decision", "left"),
    [
        ("approve", ["approved", "executed"]),
        ("reject", ["rejected"]),
        ("respond", ["rejected"]),
        ("take_over", ["taken_over"]),
    ],
)
async def test_a_decision_leaves_who_took_it_and_how_long_it_waited(
    stage: Stage, decision: str, left: list[str]
) -> None:
    """Each decision is an event with its person and the wait in seconds, once."""
    pending = (await stage.say(REFUND)).approvals[0]
    stage.clock.turn(minutes=10)
    more = {"message": "as you wish"} if decision == "respond" else {}
    await stage.decide(pending, decision, **more)
    events = [each.event for each in await stage.happened()]
    found = [each.kind.value for each in events]
    for kind in left:
        assert found.count(kind) == 1
    decided = next(each for each in events if each.kind.value == left[0])
    assert decided.data["by"] == AGENT.id and decided.data["waited_s"] == 600


async def test_the_ends_of_approvals_leave_events(stage: Stage) -> None:
    """A withdrawal and an expiry are events of their own."""
    await stage.say(REFUND)
    await stage.say("never mind, cancel that")
    assert "withdrawn" in await kinds(stage)
    await stage.say(REFUND, "b")
    stage.clock.turn(hours=5)
    await stage.say("hello", "b")
    assert "expired" in await kinds(stage) and "escalated" in await kinds(stage)


async def test_taking_over_and_giving_back_leave_events(stage: Stage) -> None:
    """A take-over, the silence under it and the release are on record."""
    await stage.session.take_over("t", AGENT)
    await stage.say("hello")
    await stage.session.release("t", AGENT)
    assert [kind for kind in await kinds(stage) if kind != "received"] == ["taken_over", "released"]


async def test_no_event_holds_personal_data(stage: Stage) -> None:
    """E-mail, phone, address, card and name of the customer are in no event, whatever they wrote."""
    for text in (
        ADDRESS,
        "yes",
        "I am Anna Keller, anna.keller@example.com, +49 30 23125 520, card 4111 1111 1111 1111",
        "I forgot my password, my mail is anna.keller@example.com",
        "yes",
        REFUND,
        "call me on +49 30 23125 520 or write to anna.keller@example.com, Hauptstraße 5, 10117 Berlin",
        "I want to talk to a human",
    ):
        await stage.say(text)
    for each in await stage.happened():
        data = each.event.model_dump_json(exclude={"at", "turn"})
        data = re.sub(r'"(?:ms|anger|confidence|waited_s)":[\d.e-]+|"[0-9a-f-]{16,}(?::\d)?"', "", data)
        assert PERSONAL.search(data) is None, data


async def test_a_blocked_stranger_leaves_an_event_without_their_words(stage: Stage) -> None:
    """A stranger's turn is on record as refused, without what they wrote."""
    await stage.say("Where is order 1003?")
    await stage.say("the secret word is xyzzy", who=OLIVER)
    events = await stage.happened()
    assert events[-1].event.kind is EventKind.REFUSED
    assert "xyzzy" not in repr(events)
