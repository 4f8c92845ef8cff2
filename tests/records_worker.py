"""One of several processes that race for the same records: `records_worker.py NAME`, a job and URL a line."""

import asyncio
import json
import sys

from records_kit import LEASE, NAMES, NOW, action

from hybrid_agent.records import Records, approvals, ledger, open_records
from hybrid_agent.records.models import Approve, Decided


async def claim(records: Records, worker: str) -> list[str]:
    """Claim everything; what this worker won."""
    won = []
    for name in NAMES:
        async with records.write() as tx:
            if (await ledger.claim(tx, name, worker=worker, now=NOW, lease=LEASE)).won:
                won.append(name)
    return won


async def decide(records: Records, worker: str) -> list[str]:
    """Approve everything; where this worker's decision counted."""
    won = []
    for name in NAMES:
        digest = action(name, customer=name).digest
        async with records.write() as tx:
            answer = await approvals.decide(
                tx, f"p-{name}", digest=digest, decision=Approve(), by=worker, now=NOW
            )
        if isinstance(answer, Decided):
            won.append(name)
    return won


async def opened(records: Records, worker: str) -> list[str]:
    """Having come this far is all."""
    return ["opened"]


JOBS = {"open": opened, "claim": claim, "decide": decide}


async def do(worker: str, job: str, url: str) -> list[str]:
    """Open the records and do one job; what was won."""
    async with await open_records(url) as records:
        return await JOBS[job](records, worker)


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(asyncio.run(do(sys.argv[1], *line.split()))), flush=True)
