"""Whether this process can serve: each part that it needs is asked, and says what is wrong with it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import literal, select

from hybrid_agent.records import Records, RecordsError

_log = logging.getLogger(__name__)

Check = Callable[[], Awaitable[str | None]]
"""What is wrong with a part, in words that may be shown to anybody; None if nothing is."""

PATIENCE = 1.0
"""Seconds within which a part answers."""


@dataclass(eq=False)
class Pulse:
    """When something that recurs last came round well; with more than `within` seconds since, it is late."""

    within: float
    _last: float = field(default_factory=time.monotonic)

    def beat(self) -> None:
        """It came round well."""
        self._last = time.monotonic()

    async def __call__(self) -> str | None:
        """As a check."""
        late = time.monotonic() - self._last
        return f"has not come round well for {late:.0f} s" if late > self.within else None


async def ask(checks: Mapping[str, Check]) -> dict[str, str | None]:
    """What is wrong with each part, all asked at once; one that does not answer in time is wrong."""
    found = await asyncio.gather(*(_ask(name, each) for name, each in checks.items()))
    return dict(zip(checks, found, strict=True))


async def _ask(name: str, check: Check) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE):
            return await check()
    except TimeoutError:
        return f"does not answer within {PATIENCE:g} s"
    except Exception as error:
        _log.warning("%s cannot be checked: %s: %s", name, type(error).__name__, error)
        return "cannot be checked; the log says why"


def records_answer(records: Records) -> Check:
    """Whether the records can be read. Where they are is in the log and not in the answer."""

    async def check() -> str | None:
        try:
            async with records.read() as connection:
                await connection.execute(select(literal(1)))
        except RecordsError as error:
            _log.warning("not ready: %s", error)
            return "cannot be reached"
        return None

    return check


def is_so(true: Callable[[], bool], otherwise: str) -> Check:
    """A check of something that is known at once."""

    async def check() -> str | None:
        return None if true() else otherwise

    return check
