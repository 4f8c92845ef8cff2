"""What the server's log says of its runs: how long each waited in the server's queue, how long it took."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """A run by the id of the request that made it, in milliseconds: `ours` is the graph's own time."""

    queued: float
    ours: float


def runs_in(log: Path) -> Mapping[str, Run]:
    """Every run that began and ended, by its request's id."""
    found = defaultdict[str, dict[str, float]](dict)
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if '"request_id"' not in line:
                continue
            try:
                told = json.loads(line)
            except ValueError:
                continue
            if "run_queue_ms" in told:
                found[told["request_id"]]["queued"] = float(told["run_queue_ms"])
            elif str(told.get("event", "")).startswith("a run ended"):
                found[told["request_id"]]["ours"] = float(told["ms"])
    return {id: Run(**each) for id, each in found.items() if len(each) == 2}
