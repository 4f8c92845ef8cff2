"""Counts of what happened and of what waits, on both databases."""

from datetime import UTC, datetime

from hybrid_agent.records import Records, events, tallies
from hybrid_agent.state import Event, EventKind

pytest_plugins = ["records_fixtures"]

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def happened(kind: EventKind, turn: str, **data: object) -> Event:
    """An event of 10 ms."""
    return Event.model_validate(
        {"kind": kind, "at": NOW, "turn": turn, "intent": "refund", "ms": 10, "data": data}
    )


async def test_events_that_are_alike_are_one_tally(records: Records) -> None:
    """They are counted together and summed, whatever else is in their data; others are apart."""
    asked = {"model": "m", "outcome": "ok", "tokens_out": 3}
    listed = [
        happened(EventKind.CONSULTED, "1", tokens_in=10, cost=0.5, **asked),
        happened(EventKind.CONSULTED, "1", tokens_in=20, cost=None, purpose="other", **asked),
        happened(EventKind.ESCALATED, "1", reasons=["anger", "asked_for_person"]),
    ]
    async with records.write() as tx:
        await events.append(tx, listed, thread="t", customer_id=None)
        newest = await tallies.newest(tx)
        found = await tallies.tally(tx, after=0, until=newest)
        nothing = await tallies.tally(tx, after=newest, until=newest)
    consulted, escalated = sorted(found, key=lambda each: each.kind)
    assert (consulted.kind, consulted.intent, consulted.events) == (EventKind.CONSULTED, "refund", 2)
    assert consulted.sums == {"ms": 20, "waited_s": 0, "tokens_in": 30, "tokens_out": 6, "cost": 0.5}
    assert (consulted.common["model"], consulted.common["status"]) == ("m", None)
    assert escalated.common["reasons"] is not None and "anger" in escalated.common["reasons"]
    assert nothing == []


async def test_nothing_waits_in_empty_records(records: Records) -> None:
    """Every count is there, and zero."""
    async with records.read() as connection:
        assert await tallies.standing(connection, NOW) == tallies.Standing(0, 0, 0, 0)
