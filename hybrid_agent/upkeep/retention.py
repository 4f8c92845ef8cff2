"""Retention: conversations are kept for as long as the service says, then erased by rule."""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from hybrid_agent.deployment import Deployment
from hybrid_agent.records.erasing import Reason, ended_before, erase, erasure, remove_before
from hybrid_agent.upkeep.memories import Checkpoints

AT_ONCE = 50
"""So many conversations are erased in one transaction."""


@dataclass(frozen=True, slots=True)
class Retained:
    """How many conversations were erased, and rows by table."""

    conversations: int
    changed: Mapping[str, int]


async def retain(deployment: Deployment, *, checkpoints: Checkpoints) -> Retained:
    """Erase the conversations that were kept long enough, and remove what was done even longer ago.

    One in which something waits or is held is left. What was done stays until `keep_records` is over, but
    says nothing of a person. Killed and begun again, or twice at once, it goes on where it was.
    """
    erased, changed = 0, Counter[str]()
    while batch := await _erase_some(deployment, checkpoints, changed):
        erased += batch
    async with deployment.records.write() as tx:
        now, keep = deployment.clock(), deployment.service.keep_records
        async with erasure(tx, why=Reason.KEPT_LONG_ENOUGH, by=deployment.worker, now=now) as counts:
            counts.update(await remove_before(tx, now - keep))
    return Retained(erased, dict(changed + counts))


async def _erase_some(deployment: Deployment, checkpoints: Checkpoints, changed: Counter[str]) -> int:
    now = deployment.clock()
    before = now - deployment.service.keep
    async with deployment.records.read() as connection:
        found = await ended_before(connection, before=before, limit=AT_ONCE)
    if not found:
        return 0
    await checkpoints.delete(found)
    async with deployment.records.write() as tx:
        still = set(await ended_before(tx, before=before, limit=AT_ONCE))
        threads = [each for each in found if each in still]
        async with erasure(tx, why=Reason.KEPT_LONG_ENOUGH, by=deployment.worker, now=now) as counts:
            counts.update(await erase(tx, threads, salt=secrets.token_hex(16)))
    changed.update(counts)
    return len(threads)
