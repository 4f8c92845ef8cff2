"""The sweep: what has to be done at its time, whoever is there.

    await sweep(deployment)  # once, as `hybrid-agent sweep` and a cron do
    keeper = asyncio.create_task(keep_sweeping(deployment))  # in every process that serves

Sweeping again, or in several processes at once, does each thing once; what a killed sweep left, the next
one does.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Never

from hybrid_agent import voice
from hybrid_agent.deployment import Deployment
from hybrid_agent.records import RecordsError, ownership, sessions
from hybrid_agent.recovery import Recovered, recover
from hybrid_agent.upkeep.reminders import remind

NOTHING = Recovered()

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: what a recovery does (expired approvals among it), ids that were reminded of, and
    the conversations that went back from idle people."""

    recovered: Recovered = NOTHING
    reminded: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()


async def sweep(deployment: Deployment) -> Swept:
    """Recover, expire, remind, take conversations back from idle people, and end old sign-ins.

    Raises RecordsError where the records cannot be used.
    """
    recovered = await recover(deployment)
    reminded = await remind(deployment)
    returned = await _give_up_idle(deployment)
    async with deployment.records.write_relaxed() as tx:
        await sessions.end_stale(tx, now=deployment.clock())
    return Swept(recovered, reminded, returned)


async def keep_sweeping(deployment: Deployment, swept: Callable[[], None] = lambda: None) -> Never:
    """Sweep once a lease, until cancelled; whatever keeps it from doing so is logged, and tried again.

    `swept` is called after each sweep that went well.
    """
    while True:
        try:
            await sweep(deployment)
            swept()
        except RecordsError as error:
            log.warning("the sweep has to wait: %s", error)
        except Exception:
            log.exception("the sweep failed and is tried again after the lease; see the error below")
        await asyncio.sleep(deployment.lease.total_seconds())


async def _give_up_idle(deployment: Deployment) -> tuple[str, ...]:
    before = deployment.clock() - deployment.service.idle_after
    async with deployment.records.read() as connection:
        idle = await ownership.idle(connection, before=before)
    return tuple([each.thread for each in idle if (await voice.give_up(deployment, each.thread)).changed])
