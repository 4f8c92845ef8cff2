"""How long a help centre of a given size takes to be indexed, and to be loaded, in what memory."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hybrid_agent.knowledge import BuildReport

SECTIONS = 5
"""Sections of an article that is made up; each becomes one passage."""

_LOAD = """
import json, sys, time
from pathlib import Path
from hybrid_agent.encoding import default_encoder
from hybrid_agent_evals.speed.fresh import resident_mb
from hybrid_agent.knowledge import load_index
encoder = default_encoder()
encoder.encode(["a first text"])
before, started = resident_mb(), time.perf_counter()
index = load_index([Path(sys.argv[1])], encoder, Path(sys.argv[2]))
print(json.dumps([time.perf_counter() - started, resident_mb() - before]))
"""


@dataclass(frozen=True, slots=True)
class Indexing:
    """Times in seconds; `memory_mb` is what the index adds to a process with a loaded encoder.

    `again` is a build after nothing changed, `one_changed` one after an article changed; `load` is what a
    process that starts waits for its index. `build_cpu` adds up the processors, which a busy machine does
    not lengthen.
    """

    articles: int
    passages: int
    words_a_passage: float
    build: float
    build_cpu: float
    again: float
    one_changed: float
    load: float
    memory_mb: float


def measure_indexing(passages: int, place: Path, *, seed: int = 1) -> Indexing:
    """Indexes made-up articles, whose sections are the sample help centre's sentences mixed anew.

    They stay in the folders `articles` and `cache` of `place`.
    """
    from hybrid_agent.encoding import default_encoder
    from hybrid_agent.knowledge import build_index

    encoder = default_encoder()
    sources, cache = folders(place)
    words = write_articles(sources, passages, seed)
    used = time.process_time()
    build, report = _timed(lambda: build_index([sources], encoder, cache))
    build_cpu = time.process_time() - used
    again, _ = _timed(lambda: build_index([sources], encoder, cache))
    first = next(iter(sorted(sources.iterdir())))
    first.write_text(first.read_text(encoding="utf-8") + "\nOne more sentence.\n", encoding="utf-8")
    one_changed, _ = _timed(lambda: build_index([sources], encoder, cache))
    load, memory_mb = _loaded(sources, cache)
    return Indexing(
        articles=report.files,
        passages=report.passages,
        words_a_passage=words / report.passages,
        build=build,
        build_cpu=build_cpu,
        again=again,
        one_changed=one_changed,
        load=load,
        memory_mb=memory_mb,
    )


def folders(place: Path) -> tuple[Path, Path]:
    """Where the articles and their index are."""
    return place / "articles", place / "cache"


def write_articles(folder: Path, passages: int, seed: int) -> int:
    """Writes enough articles for that many passages; returns the number of words in their sections."""
    folder.mkdir(parents=True)
    random, words = Random(seed), 0  # noqa: S311 - articles that are the same every time
    lengths, sentences = _sample()
    for number in range(-(-passages // SECTIONS)):
        parts = [f"---\ntitle: Article {number}\n---\n"]
        for section in range(min(SECTIONS, passages - number * SECTIONS)):
            text = _text(random, random.choice(lengths), sentences)
            words += len(text.split())
            parts.append(f"## Section {section} of {number}\n\n{text}\n")
        (folder / f"article-{number:05}.md").write_text("\n".join(parts), encoding="utf-8")
    return words


def _sample() -> tuple[list[int], list[str]]:
    """The lengths in words of the sample help centre's passages, and their sentences."""
    from hybrid_agent.knowledge.documents import read_articles
    from hybrid_agent.knowledge.documents.document import Document
    from hybrid_agent.knowledge.indexing.ingest import passages_of
    from hybrid_agent.knowledge.sentences import units

    lengths, sentences = list[int](), list[str]()
    folder = resources.files("hybrid_agent") / "sample" / "knowledge"
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        document = Document(file.read_bytes(), file.name)
        for passage in passages_of(read_articles(file.name, document), file.name):
            lengths.append(len(passage.text.split()))
            sentences += [unit.text for unit in units(passage.text) if unit.prose]
    return lengths, sentences


def _text(random: Random, words: int, sentences: Sequence[str]) -> str:
    def chosen() -> Iterator[str]:
        count = 0
        while count < words:
            sentence = random.choice(sentences)
            count += len(sentence.split())
            yield sentence

    return " ".join(chosen())


def _timed(build: Callable[[], "BuildReport"]) -> tuple[float, "BuildReport"]:
    started = time.perf_counter()
    report = build()
    return time.perf_counter() - started, report


def _loaded(sources: Path, cache: Path) -> tuple[float, float]:
    """Seconds and MB, in a process of its own."""
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _LOAD, str(sources), str(cache)], capture_output=True, text=True, check=True
    )
    seconds, memory_mb = json.loads(run.stdout)
    return seconds, memory_mb
