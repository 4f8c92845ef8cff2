"""Times the console's queries, each on a connection of its own, as a page does."""

import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records import open_records
from hybrid_agent.records.cases import CaseKind, Wanted, cases, count
from hybrid_agent.records.searching import history, search
from hybrid_agent.settings import ServiceSettings
from hybrid_agent_evals.inbox.filling import Filled, fill

ROUNDS = 20
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AIM_MS = 30.0

Query = Callable[[AsyncConnection], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of one query: the median and the slowest of the rounds, and how many rows it gave."""

    median: float
    slowest: float
    rows: int


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured, on which database, with how many cases."""

    where: str
    filled: Filled
    rounds: int
    took: Mapping[str, Took]

    def json(self) -> str:
        """For programs."""
        return json.dumps(asdict(self), indent=1)

    def text(self) -> str:
        """For people."""
        size = f"{self.filled.open} open cases, {self.filled.closed} closed, on {self.where}"
        lines = [f"{size}; {self.rounds} rounds, ms", f"{'query':<22}{'median':>8}{'slowest':>9}{'rows':>7}"]
        for name, took in self.took.items():
            lines.append(f"{name:<22}{took.median:>8.1f}{took.slowest:>9.1f}{took.rows:>7}")
        return "\n".join([*lines, f"The aim for the inbox is under {AIM_MS:.0f} ms."])


def run(url: str | None, filled: Filled) -> Report:
    """Fill an empty database and measure; without an address, a SQLite file that is removed afterwards.

    Raises RecordsError where the database cannot be used, ContradictionError where it is not empty.
    """
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_run(url or f"sqlite:///{folder}/records.db", filled))


async def _run(url: str, filled: Filled) -> Report:
    async with await open_records(url) as records:
        await fill(records, filled, NOW)
        took = dict[str, Took]()
        for name, query in _queries().items():
            times, rows = [], 0
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                async with records.read() as connection:
                    found = await query(connection)
                times.append((time.perf_counter() - begun) * 1000)
                rows = len(found) if isinstance(found, list) else 1
            took[name] = Took(median(times), max(times), rows)
    return Report(url.partition(":")[0], filled, ROUNDS, took)


def _queries() -> Mapping[str, Query]:
    def page(wanted: Wanted) -> Query:
        return lambda connection: cases(connection, now=NOW, service=ServiceSettings(), wanted=wanted)

    return {
        "inbox": page(Wanted()),
        "approvals only": page(Wanted(kind=CaseKind.APPROVAL)),
        "hand-offs only": page(Wanted(kind=CaseKind.HAND_OFF)),
        "one agent's": page(Wanted(person="agent-1")),
        "one case": page(Wanted(thread="00000000-0000-4000-8000-000000000012")),
        "counts": lambda connection: count(connection, now=NOW),
        "search, found": lambda connection: search(connection, "order 10012"),
        "search, nothing": lambda connection: search(connection, "zeppelin"),
        "history": history,
    }
