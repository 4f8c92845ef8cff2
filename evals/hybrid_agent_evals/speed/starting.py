"""Figures of fresh processes: imports, start-up to the first reply, memory, many conversations at once."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hybrid_agent_evals.speed.report import Aim, Figure

HEAVY = ("langchain_openai", "openai", "llama_index", "onnxruntime", "sklearn", "torch")
"""What a start must not load before it is used; `sklearn` and `llama_index` not even with a warm cache."""

MOST_IMPORT, MOST_START, MOST_MEMORY = Aim(1000), Aim(3000), Aim(400)
LEAST_RATE, NO_ERRORS = Aim(100, at_least=True), Aim(0)

SWITCH = 0.0005
"""Python's own 5 ms make every answer of a database thread wait that long for a busy event loop."""

_IMPORT = """
import json, sys, time
started = time.perf_counter()
import hybrid_agent
bare = time.perf_counter()
from hybrid_agent import Caller, build_graph, load_deployment
done = time.perf_counter()
heavy = [name for name in {heavy!r} if name in sys.modules]
print(json.dumps({{"bare": (bare - started) * 1000, "names": (done - started) * 1000, "heavy": heavy}}))
"""


@dataclass(frozen=True, slots=True)
class Start:
    """A fresh process: milliseconds to its first reply, what it said then, and after the turns if any."""

    ms: float
    first: dict[str, Any]
    after: dict[str, Any] | None


def start(deployment: Path, turns: int = 0, in_flight: int = 1, switch: float | None = None) -> Start:
    """Run a fresh process to its first reply, and through `turns` with `in_flight` at a time.

    `switch` is Python's thread switch interval in seconds; None leaves Python's own.
    """
    command = [sys.executable, "-m", "hybrid_agent_evals.speed.fresh", str(deployment)]
    figures = [str(turns), str(in_flight), str(switch or sys.getswitchinterval())]
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own module
        [*command, *figures], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        ms = (time.perf_counter() - started) * 1000
        rest = process.stdout.read()
    if process.returncode or not line:
        raise RuntimeError(f"a fresh process ended with {process.returncode}; its words are above")
    return Start(ms, json.loads(line), json.loads(rest) if rest else None)


def imports(repeats: int) -> Iterator[Figure]:
    """How long importing the package takes, and what it must not bring along."""
    command = [sys.executable, "-c", _IMPORT.format(heavy=HEAVY)]
    runs = [
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603
        for _ in range(repeats)
    ]
    heavy = runs[0]["heavy"]
    yield Figure("import", "import hybrid_agent", _median(runs, "bare"), "ms", MOST_IMPORT)
    yield Figure("import", "and the names an app needs", _median(runs, "names"), "ms")
    yield Figure("import", f"heavy modules loaded: {', '.join(heavy) or 'none'}", len(heavy), "", NO_ERRORS)


def warm_starts(deployment: Path, repeats: int) -> Iterator[Figure]:
    """Start-up with the classifier and the index in the cache."""
    runs = [start(deployment) for _ in range(repeats)]
    ms = statistics.median(run.ms for run in runs)
    yield Figure("start-up", "process start to first reply, warm cache", ms, "ms", MOST_START)
    yield Figure(
        "start-up", "of it `sklearn`, `llama_index` loaded", len(runs[0].first["heavy"]), "", NO_ERRORS
    )


def cold_start(deployment: Path) -> Figure:
    """The very first start: trains, indexes, fills the sample shop."""
    return Figure("start-up", "process start to first reply, nothing cached", start(deployment).ms, "ms")


def crowded(deployment: Path, turns: int, in_flight: int) -> Iterator[Figure]:
    """Turns a second, latencies and memory of one process that serves many conversations at once."""
    run = start(deployment, turns, in_flight)
    after: dict[str, Any] = run.after or {}
    part = f"{in_flight} conversations in flight"
    yield Figure(part, "turns", after["turns"], "")
    yield Figure(part, "turns a second", after["turns_per_second"], "/s", LEAST_RATE)
    yield Figure(part, "CPU a turn", after["cpu_ms_per_turn"], "ms")
    yield Figure(part, "latency, p50", after["p50_ms"], "ms")
    yield Figure(part, "latency, p95", after["p95_ms"], "ms")
    yield Figure(part, f"errors {after['first_error']}".strip(), after["errors"], "", NO_ERRORS)
    yield Figure(part, "share answered", after["answered"] / after["turns"], "")
    quick = start(deployment, turns, in_flight, switch=SWITCH).after or {}
    name = f"turns a second with sys.setswitchinterval({SWITCH})"
    yield Figure(part, name, quick["turns_per_second"], "/s")
    yield Figure("memory", "at rest after the first reply", run.first["resident_mb"], "MB", MOST_MEMORY)
    yield Figure("memory", f"after {after['turns']} turns", after["resident_mb"], "MB", MOST_MEMORY)


def _median(runs: list[dict[str, Any]], name: str) -> float:
    return statistics.median(float(run[name]) for run in runs)
