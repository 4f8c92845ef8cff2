"""Every turn leaves its events: masked, timed, and enough to compute the KPIs from."""

import re
from typing import Any

import pytest
from graph_kit import ADDRESS, AGENT, OLIVER, REFUND, Stage

from hybrid_agent.catalog import Answer
from hybrid_agent.records.models import Recorded
from hybrid_agent.state import Event, EventKind
from hybrid_agent_tools import Rejected

pytest_plugins = ["graph_fixtures"]

PERSONAL = re.compile(
    r"@|\+?\d[\d ()-]{8,}\d(?=[^\d:.+-])|stra(?:ß|ss)e|Keller|Anna|10117|10115|4111", re.IGNORECASE
)


async def kinds(stage: Stage) -> list[str]:
    return [each.event.kind.value for each in await stage.happened()]


async def of_kind(stage: Stage, kind: EventKind) -> list[Event]:
    return [each.event for each in await stage.happened() if each.event.kind is kind]


async def settled(stage: Stage) -> list[tuple[str | None, object]]:
    """The requests that were resolved: intent and path, in order."""
    return [(each.intent, each.data["path"]) for each in await of_kind(stage, EventKind.RESOLVED)]


async def served(stage: Stage) -> list[str | None]:
    """The intent that each run served, in order."""
    return [each.intent for each in await of_kind(stage, EventKind.ANSWERED)]


async def test_an_answer_leaves_received_classified_read_resolved_answered(stage: Stage) -> None:
    """A question that is answered leaves what happened, in order, under its turn and intent."""
    await stage.say("Where is order 1002?", id="m-1")
    events = [each.event for each in await stage.happened()]
    assert [each.kind.value for each in events] == [
        "received",
        "classified",
        "read",
        "read",
        "resolved",
        "answered",
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
    expect_nothing_personal(await stage.happened())


async def test_a_failed_write_is_on_record_without_what_the_system_said(stage: Stage) -> None:
    """An error may quote the customer: the event has its kind, the ledger its words."""
    stage = refusing(stage, "anna.keller@example.com may not move this parcel.")
    await stage.say(ADDRESS)
    await stage.say("yes")
    (failed,) = await of_kind(stage, EventKind.FAILED)
    assert failed.data["failure"] == "rejected"
    ((error,),) = stage.recorded("SELECT error FROM hybrid_agent_effects")
    assert "anna.keller@example.com" in error
    expect_nothing_personal(await stage.happened())
    assert await settled(stage) == []


def refusing(stage: Stage, words: str) -> Stage:
    """The stage with an order system that refuses every change of address in these words."""

    class Refusing:
        def __getattr__(self, name: str) -> Any:
            return getattr(stage.connection.systems["orders"], name)

        async def update_address(self, **_: Any) -> None:
            raise Rejected(words, system="orders", advice="Tell the customer.")

    return stage.using(systems={"orders": Refusing()})


def expect_nothing_personal(happened: list[Recorded]) -> None:
    for each in happened:
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


async def test_a_confirmed_change_is_proposed_and_resolved_once(stage: Stage) -> None:
    """The yes comes in a later turn than the request, and counts for it; it proposes nothing again."""
    await stage.say(ADDRESS)
    assert await settled(stage) == []
    await stage.say("yes")
    await stage.say("thank you")
    found = await kinds(stage)
    assert [found.count(kind) for kind in ("proposed", "confirmed", "executed")] == [1, 1, 1]
    assert (await settled(stage))[0] == ("change_delivery_address", "bot")
    assert [intent for intent, _ in await settled(stage)].count("change_delivery_address") == 1
    assert (await served(stage))[:2] == ["change_delivery_address", "change_delivery_address"]


async def test_an_approved_refund_is_resolved_as_itself(stage: Stage) -> None:
    """A refund that is approved after other questions is logged under its own intent and path."""
    pending = (await stage.say(REFUND)).approvals[0]
    await stage.say("Where is order 1002?")
    await stage.decide(pending)
    assert await settled(stage) == [("order_status", "bot"), ("refund", "approved")]
    assert await served(stage) == ["refund", "order_status", "refund"]
    assert (await kinds(stage)).count("proposed") == 1


async def test_an_answer_beside_what_waits_is_resolved(stage: Stage) -> None:
    """Of a message with a question and a refund, the question is resolved at once, the refund when paid."""
    turn = await stage.say("Where is my order 1002? And I want a refund for order 1003, it arrived broken.")
    assert await settled(stage) == [("order_status", "bot")]
    await stage.decide(turn.approvals[0])
    assert await settled(stage) == [("order_status", "bot"), ("refund", "approved")]


@pytest.mark.parametrize("decision", ["reject", "respond", "take_over"])
async def test_what_a_person_turned_down_is_not_resolved(stage: Stage, decision: str) -> None:
    """A refund that is not paid counts as nobody's success; its turn still served a refund."""
    pending = (await stage.say(REFUND)).approvals[0]
    more = {"message": "as you wish"} if decision == "respond" else {}
    await stage.decide(pending, decision, **more)
    assert await settled(stage) == []
    assert await served(stage) == ["refund", "refund"]


@pytest.mark.parametrize("text", ["no", "never mind, cancel that"])
async def test_what_the_customer_drops_is_not_resolved(stage: Stage, text: str) -> None:
    """A change that is not confirmed, and a refund that is taken back, are not resolved."""
    await stage.say(ADDRESS, "a")
    await stage.say(text, "a")
    await stage.say(REFUND, "b")
    await stage.say(text, "b")
    assert await settled(stage) == []


async def test_the_same_asked_twice_is_resolved_once(stage: Stage) -> None:
    """Whoever asks again for what is pending hears so; only the one that is paid is resolved or proposed."""
    pending = (await stage.say(REFUND)).approvals[0]
    await stage.say(REFUND, "other")
    await stage.decide(pending)
    assert await settled(stage) == [("refund", "approved")]
    assert (await kinds(stage)).count("proposed") == 1


async def test_a_digression_proposes_nothing_again(stage: Stage) -> None:
    """A question in between is resolved at once; the change that waits for its yes stays proposed."""
    await stage.say(ADDRESS)
    await stage.say("Where is order 1002?")
    assert await settled(stage) == [("order_status", "bot")]
    await stage.say("yes")
    assert await settled(stage) == [("order_status", "bot"), ("change_delivery_address", "bot")]
    assert await served(stage) == ["change_delivery_address", "order_status", "change_delivery_address"]
    assert (await kinds(stage)).count("proposed") == 1


async def test_a_condition_that_is_told_resolves_the_request(stage: Stage) -> None:
    """Whoever hears why a refund is not possible has their answer, without a person."""
    turn = await stage.say("I want a refund for order 1004, it arrived broken")
    assert turn.reply is not None and turn.approvals in ([], ())
    assert await settled(stage) == [("refund", "bot")]


async def test_an_answer_that_is_blocked_is_not_resolved(stage: Stage) -> None:
    """A reply that may not go out answers nobody; what the turn did before it stays on record."""
    catalog = stage.deployment.catalog
    wrong = catalog.intents["order_status"].model_copy(
        update={"answers": (Answer(say="We have refunded order {order.number}."),), "knowledge": None}
    )
    intents = {**catalog.intents, "order_status": wrong}
    told = stage.using(catalog=catalog.model_copy(update={"intents": intents}))
    await told.say("Where is order 1002?")
    assert await kinds(stage) == [
        "received",
        "classified",
        "read",
        "read",
        "blocked",
        "escalated",
        "answered",
    ]
    assert await served(stage) == ["order_status"]
