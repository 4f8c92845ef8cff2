"""How long a search of a large help centre takes, and an answer, in a process of their own.

`python -m hybrid_agent_evals.knowledge.speed PLACE` reads queries from standard input, a JSON list for each
kind of them, and prints the figures as JSON.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from hybrid_agent_evals.knowledge.data import TODAY
from hybrid_agent_evals.knowledge.indexing import folders
from hybrid_agent_evals.speed.fresh import resident_mb

WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of queries not asked before, their encoding included; `words`: the median length."""

    queries: int
    words: int
    search_p50: float
    search_p95: float
    answer_p50: float
    answer_p95: float


@dataclass(frozen=True, slots=True)
class Speed:
    """Times by kind of query; `memory_mb` is what help centre and searches add to the loaded encoder."""

    passages: int
    memory_mb: float
    times: Mapping[str, Times]


def measure_speed(place: Path, queries: Mapping[str, Sequence[str]]) -> Speed:
    """Searches the index that `measure_indexing` left in `place`."""
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", __name__, str(place)],
        input=json.dumps({kind: list(each) for kind, each in queries.items()}),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(run.stdout)
    times = {kind: Times(**each) for kind, each in found.pop("times").items()}
    return Speed(times=times, **found)


def _measure(place: Path, queries: Mapping[str, Sequence[str]]) -> Speed:
    from hybrid_agent.encoding import default_encoder
    from hybrid_agent.knowledge import Knowledge, Scope, load_knowledge

    encoder = default_encoder()
    encoder.encode(["a first text"])
    before = resident_mb()
    articles, cache = folders(place)
    knowledge: Knowledge = load_knowledge([articles], encoder, cache)
    scope = Scope(on=TODAY, locale="en")
    times = {
        kind: _times(
            each,
            lambda query: knowledge.search(query, scope),
            lambda query: knowledge.answers(f"{query} please", scope),
        )
        for kind, each in queries.items()
    }
    return Speed(len(knowledge.passages), resident_mb() - before, times)


def _times(queries: Sequence[str], search: Callable[[str], object], answer: Callable[[str], object]) -> Times:
    for query in queries[:WARM_UP]:
        search(query)
        answer(query)
    rest = queries[WARM_UP:]
    searched = sorted(_milliseconds(search, query) for query in rest)
    answered = sorted(_milliseconds(answer, query) for query in rest)
    words = sorted(len(query.split()) for query in rest)
    return Times(
        queries=len(rest),
        words=words[len(words) // 2],
        search_p50=_share(searched, 0.5),
        search_p95=_share(searched, 0.95),
        answer_p50=_share(answered, 0.5),
        answer_p95=_share(answered, 0.95),
    )


def _milliseconds(run: Callable[[str], object], query: str) -> float:
    started = time.perf_counter()
    run(query)
    return (time.perf_counter() - started) * 1000


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_measure(Path(sys.argv[1]), json.load(sys.stdin)))))
