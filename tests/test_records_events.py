"""Events: each is kept once, in order, and nothing ever changes or removes one."""

import pytest
from records_kit import HOUR, NOW
from sqlalchemy import text

from hybrid_agent.records import Records, RecordsError, events
from hybrid_agent.state import Event, EventKind

pytest_plugins = ("records_fixtures",)


def turn(count: int, name: str = "m1") -> list[Event]:
    """The first events of a turn."""
    return [
        Event(kind=EventKind.READ, at=NOW, turn=name, intent="refund", ms=1.5, data={"n": n})
        for n in range(count)
    ]


async def append(records: Records, happened: list[Event], thread: str = "t1") -> None:
    """Add events of the customer c1."""
    async with records.write_relaxed() as tx:
        await events.append(tx, happened, thread=thread, customer_id="c1")


async def listed(records: Records, **which: object) -> list[Event]:
    """The events on record."""
    async with records.read() as connection:
        return [each.event for each in await events.listing(connection, **which)]  # type: ignore[arg-type]


async def test_events_come_back_as_they_happened(records: Records) -> None:
    """What was appended is listed whole and in order, with its conversation and customer."""
    await append(records, turn(3))
    assert await listed(records, thread="t1") == turn(3)
    async with records.read() as connection:
        first = (await events.listing(connection))[0]
    assert (first.thread, first.customer_id) == ("t1", "c1")


async def test_a_turn_that_runs_again_adds_only_what_is_new(records: Records) -> None:
    """The whole turn may be given each time; what is on record stays as it was first."""
    await append(records, turn(2))
    await append(records, [event.model_copy(update={"ms": 9.0}) for event in turn(2)] + turn(3)[2:])
    assert await listed(records, thread="t1") == turn(3)


async def test_the_same_turn_name_in_two_conversations_is_two_turns(records: Records) -> None:
    """Turns are told apart by their conversation."""
    await append(records, turn(1), "t1")
    await append(records, turn(1), "t2")
    assert (len(await listed(records)), len(await listed(records, thread="t2"))) == (2, 1)


async def test_deeds_outside_a_turn_are_kept_each(records: Records) -> None:
    """What people do has no turn: two at different times are two, the same one again is one."""
    taken = Event(kind=EventKind.TAKEN_OVER, at=NOW)
    later = taken.model_copy(update={"at": NOW + HOUR})
    await append(records, [taken])
    await append(records, [later])
    await append(records, [taken])
    assert await listed(records, thread="t1") == [taken, later]


async def test_events_are_listed_by_time_for_the_figures(records: Records) -> None:
    """A period runs from its first moment to before its last."""
    spread = [event.model_copy(update={"at": NOW + n * HOUR}) for n, event in enumerate(turn(4))]
    await append(records, spread)
    assert await listed(records, since=NOW + HOUR, until=NOW + 3 * HOUR) == spread[1:3]
    assert await listed(records, limit=1) == spread[:1]


@pytest.mark.parametrize(
    "change", ["UPDATE hybrid_agent_events SET intent = 'x'", "DELETE FROM hybrid_agent_events"]
)
async def test_nothing_changes_or_removes_an_event(records: Records, change: str) -> None:
    """The database itself refuses it, and says so."""
    await append(records, turn(2))
    with pytest.raises(RecordsError, match="never changed or removed"):
        async with records.write() as tx:
            await tx.execute(text(change))
    assert await listed(records) == turn(2)
