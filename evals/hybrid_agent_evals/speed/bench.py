"""The whole benchmark, on a copy of the sample deployment or on one that is given."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from hybrid_agent_evals.speed import starting, turns
from hybrid_agent_evals.speed.report import Report

NOTES = (
    "Every turn asks something else: phrasing, order and customer vary, so the encoder's cache never helps.",
    "Whole turn and bare graph alternate in one process, on one checkpointer; each is a new conversation.",
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. `cold` starts once with nothing cached, which trains and takes seconds."""

    pairs: int = 200
    turns: int = 500
    in_flight: int = 64
    starts: int = 5
    cold: bool = True


QUICK = Size(pairs=40, turns=128, starts=1)


def run(size: Size, deployment: Path | None = None) -> Report:
    """Measure everything, on the deployment of this `support.yaml` or on a copy of the sample."""
    with _ready(deployment) as ready:
        cold = [starting.cold_start(ready)] if size.cold else []
        figures = asyncio.run(turns.compare(ready, size.pairs))
        figures += starting.crowded(ready, size.turns, size.in_flight)
        figures += [*starting.warm_starts(ready, size.starts), *cold, *starting.imports(size.starts)]
    return Report(tuple(figures), NOTES)


@contextmanager
def _ready(deployment: Path | None) -> Iterator[Path]:
    if deployment is not None:
        yield deployment
        return
    with tempfile.TemporaryDirectory(prefix="hybrid-agent-bench-") as folder:
        copy = Path(folder) / "sample"
        with resources.as_file(resources.files("hybrid_agent") / "sample") as bundled:
            shutil.copytree(bundled, copy, ignore=shutil.ignore_patterns("var"))
        yield copy / "support.yaml"
