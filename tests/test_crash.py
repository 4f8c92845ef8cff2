"""Kill the process at every boundary: nothing is lost, nothing done twice, nobody told wrongly."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from conftest import copy_of_sample

from hybrid_agent import Deployment

pytest_plugins = ["graph_fixtures"]

QUICK = 190
CRASHES = int(os.environ.get("HYBRID_AGENT_CRASHES", QUICK))
"""How many conversations are killed; more than the quick form's for a long run, from `HYBRID_AGENT_SEED`."""

SHARDS = 2
HERE = Path(__file__).parent
MUST = (
    *(
        f"{place}: {when} commit"
        for place in ("propose", "approve", "claim", "record")
        for when in ("before", "after")
    ),
    *(
        f"{place}: {when} commit"
        for place in ("message", "reply", "hand-off")
        for when in ("before", "after")
    ),
    "call: before it is sent",
    "call: before the answer came",
    "checkpoint: before",
    "checkpoint: after",
    "in the aftermath",
)


def shard(sample: Path, cache: Path, number: int) -> "subprocess.Popen[str]":
    """A fresh process that plays its part of the cases."""
    seed = os.environ.get("HYBRID_AGENT_SEED", "1")
    arguments = [sample.parent, cache, CRASHES, seed, number, SHARDS]
    one_thread = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONPATH": str(HERE)}
    return subprocess.Popen(
        [sys.executable, str(HERE / "crash_kit.py"), *map(str, arguments)],
        env={**os.environ, **one_thread},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forking needs a POSIX system")
def test_killed_conversations_end_well(
    tmp_path: Path, cache: Path, loaded: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whenever the process is killed, an agreed write is in the end done once and told, or with a person.

    `loaded` has filled the cache that the processes load from.
    """
    sample = copy_of_sample(tmp_path / "sample", cache)
    kills, outcomes, wrong = Counter[str](), Counter[str](), list[str]()
    processes = [shard(sample, cache, number) for number in range(SHARDS)]
    said = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * SHARDS, said
    for out, _ in said:
        played: dict[str, Any] = json.loads(out.splitlines()[-1])
        kills.update(played["kills"])
        outcomes.update(played["outcomes"])
        wrong += played["wrong"]
    with capsys.disabled():
        print(f"\n{kills.total()} kills: {_list(kills)}; ends: {_list(outcomes)}")
    assert wrong == []
    assert [boundary for boundary in MUST if not kills[boundary]] == []
    assert kills.total() >= max(200, CRASHES)


def _list(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())
