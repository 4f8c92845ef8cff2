"""Failed sign-ins are counted, so that guessing is slow, however many guess at once."""

import asyncio
from datetime import datetime

from records_kit import HOUR, NOW

from hybrid_agent.records import Records, attempts

pytest_plugins = ("records_fixtures",)

MOST = {"user ann": 3, "address 192.0.2.1": 5}


async def begin(records: Records, now: datetime = NOW) -> datetime | None:
    """One attempt; what counts is an hour."""
    async with records.write() as tx:
        return await attempts.begin(tx, MOST, now=now, since=now - HOUR)


async def test_attempts_at_once_are_no_way_around(records: Records) -> None:
    """Of many at the same moment so many go on as may, and the others learn since when."""
    answers = await asyncio.gather(*(begin(records) for _ in range(12)))
    assert sorted(answers, key=str) == [NOW] * 9 + [None] * 3


async def test_attempts_are_forgotten_with_time_and_with_success(records: Records) -> None:
    """After the window, or once the right password came, one may try again."""
    for _ in range(3):
        assert await begin(records) is None
    assert await begin(records) == NOW
    async with records.write() as tx:
        await attempts.forget(tx, "user ann")
    assert await begin(records) is None
    assert [await begin(records, NOW + HOUR) for _ in range(4)] == [None, None, None, NOW + HOUR]
