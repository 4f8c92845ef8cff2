"""How the server's memory goes over time, and how much of a processor it takes."""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from httpx2 import AsyncClient

EVERY = 5.0
_RESIDENT = re.compile(r"^process_resident_memory_bytes (\S+)$", re.MULTILINE)

_CPU = re.compile(r"^process_cpu_seconds_total (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sample:
    """When (`time.monotonic`), with how many megabytes, after how many seconds of processor time."""

    at: float
    mb: float
    cpu: float


async def look(client: "AsyncClient") -> Sample:
    """How the server's process stands now."""
    page = (await client.get("/site/metrics")).text
    mb, cpu = (float(each.findall(page)[0]) for each in (_RESIDENT, _CPU))
    return Sample(time.monotonic(), mb / 1e6, cpu)


async def watch(client: "AsyncClient", into: list[Sample]) -> None:
    """Look every few seconds until cancelled."""
    while True:
        into.append(await look(client))
        await asyncio.sleep(EVERY)


def growth(samples: Sequence[Sample]) -> float:
    """Megabytes a minute over the second half, when all that is loaded once has been: least squares."""
    half = samples[len(samples) // 2 :]
    if len(half) < 2:
        return 0.0
    x, y = [each.at / 60 for each in half], [each.mb for each in half]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    spread = sum((each - mean_x) ** 2 for each in x)
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / spread
