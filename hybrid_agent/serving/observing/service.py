"""What the whole service does, counted from the records: the same in every process that serves it."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hybrid_agent.deployment import Deployment
from hybrid_agent.records import tallies
from hybrid_agent.records.tallies import Standing, Tally
from hybrid_agent.serving.observing.families import FAMILIES, Family, Labels

SETTLES_AFTER = timedelta(seconds=60)
"""Events get ids before their transaction ends: a lower one may still appear, after this time none does."""

_PREFIX = "hybrid_agent_service"

Totals = dict[str, dict[Labels, float]]


def _nothing() -> Totals:
    return {family.name: defaultdict(float) for family in FAMILIES}


@dataclass(frozen=True, eq=False)
class Counts(Collector):
    """The counters and gauges of a moment."""

    totals: Totals
    standing: Standing

    def collect(self) -> Iterator[Metric]:
        """As Prometheus's client reads them."""
        for family in FAMILIES:
            yield _metric(family, self.totals[family.name])
        waiting = self.standing
        for name, what, value in (
            ("approvals_pending", "Approvals that wait for a decision", waiting.approvals),
            ("hand_offs_open", "Hand-offs that wait for a person", waiting.hand_offs),
            ("hand_offs_overdue", "Those that wait longer than they may", waiting.overdue),
            ("conversations_held", "Conversations that a person has", waiting.held),
        ):
            yield GaugeMetricFamily(f"{_PREFIX}_{name}", what, value=value)


@dataclass(eq=False)
class Service:
    """Counts events from when it is first asked: a counter of a process that begins at zero as all do.

    What is settled is counted once; the newest events, each time anew.
    """

    deployment: Deployment
    _settled: Totals = field(default_factory=_nothing)
    _shown: Totals = field(default_factory=_nothing)
    _until: int | None = None
    _seen: deque[tuple[datetime, int]] = field(default_factory=deque)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def begin(self) -> None:
        """Count from here on. Raises RecordsError."""
        async with self._turn, self.deployment.records.read() as connection:
            if self._until is None:
                self._until = await tallies.newest(connection)

    async def counts(self) -> Counts:
        """The counts now. Raises RecordsError."""
        await self.begin()
        now = self.deployment.clock()
        async with self._turn, self.deployment.records.read() as connection:
            after, newest = self._until or 0, await tallies.newest(connection)
            settled = self._settled_until(after, now)
            self._seen.append((now, newest))
            _add(self._settled, await tallies.tally(connection, after=after, until=settled))
            self._until = settled
            fresh = {name: each.copy() for name, each in self._settled.items()}
            _add(fresh, await tallies.tally(connection, after=settled, until=newest))
            waiting = await tallies.standing(connection, now)
        _raise(self._shown, fresh)
        return Counts(self._shown, waiting)

    def _settled_until(self, after: int, now: datetime) -> int:
        until = after
        while self._seen and self._seen[0][0] <= now - SETTLES_AFTER:
            until = max(until, self._seen.popleft()[1])
        return until


def rendered(counts: Counts) -> bytes:
    """The counts in Prometheus's text format."""
    registry = CollectorRegistry()
    registry.register(counts)
    return generate_latest(registry)


def _add(totals: Totals, found: Sequence[Tally]) -> None:
    for tally in found:
        for family in FAMILIES:
            for labels, amount in family.of(tally).items():
                totals[family.name][labels] += amount


def _raise(shown: Totals, fresh: Totals) -> None:
    """A counter never falls, though an erasure may have removed what was counted."""
    for name, each in fresh.items():
        for labels, amount in each.items():
            shown[name][labels] = max(shown[name][labels], amount)


def _metric(family: Family, counted: Mapping[Labels, float]) -> Metric:
    metric = CounterMetricFamily(f"{_PREFIX}_{family.name}", family.what, labels=family.labels)
    for labels, amount in sorted(counted.items()):
        metric.add_metric(labels, amount)
    return metric
