"""Brings a vector store up to what an index holds: only articles that changed are sent again."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from hybrid_agent.knowledge.errors import VectorStoreError
from hybrid_agent.knowledge.indexing.dense import Flat
from hybrid_agent.knowledge.indexing.index import Index
from hybrid_agent.knowledge.passages import Passage
from hybrid_agent.knowledge.plugged.nodes import node_id, node_of, readers_of
from hybrid_agent.knowledge.plugged.stores import Stored, found_by, let_go, read_by
from hybrid_agent.knowledge.plugged.waiting import Patience, within
from hybrid_agent.knowledge.report import Progress
from hybrid_agent.plugging import Plug, plugged

if TYPE_CHECKING:
    from llama_index.core.vector_stores.types import BasePydanticVectorStore

BATCH: Final = 128
"""Passages sent in one call, unless an article has more."""

FILLING: Final = 120.0
"""Seconds that one call may take while the store is filled."""

SAMPLE: Final = 8
"""Passages whose own vector must find them before a store is relied on."""

_NEAREST = 10
_SAME = 0.999
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Content:
    """What the store is to hold: passages with their vectors and node ids, in one order."""

    passages: Sequence[Passage]
    dense: Flat
    ids: Sequence[str]

    def rows(self) -> dict[str, int]:
        """The row of each node id."""
        return {each: row for row, each in enumerate(self.ids)}

    def articles(self) -> dict[str, list[int]]:
        """The rows of each article."""
        rows: dict[str, list[int]] = {}
        for row, passage in enumerate(self.passages):
            rows.setdefault(passage.article, []).append(row)
        return rows

    def digests(self) -> dict[str, str]:
        """For each article what changes with any of its passages."""
        return {
            article: hashlib.sha256("".join(self.ids[row] for row in rows).encode()).hexdigest()
            for article, rows in self.articles().items()
        }


def content_of(passages: Sequence[Passage], dense: Flat, encoder: str) -> Content:
    """Passages and their vectors, which the encoder of this name made."""
    return Content(passages, dense, [node_id(passage, encoder) for passage in passages])


def stored(index: Index, plug: Plug, encoder: str, cache: Path, progress: Progress | None = None) -> Index:
    """The index with its passages in the vector store that a deployment names, added and deleted as needed.

    What was sent is noted in the folder `cache`; a store that another process filled is taken as it is.
    `encoder` is the name of what made the vectors. Raises ConfigurationError for a plug that is none,
    VectorStoreError where the store fails or does not find what it was given.
    """
    from llama_index.core.vector_stores.types import BasePydanticVectorStore

    if not isinstance(index.dense, Flat):
        raise TypeError(f"the vectors are in {type(index.dense).__name__} already")
    store = plugged(plug, BasePydanticVectorStore, where="index")
    content = content_of(index.passages, index.dense, encoder)
    readers = np.array([readers_of(passage) for passage in index.passages])
    patience = Patience(plug.timeout.total_seconds())
    dense = Stored(store, index.dense, content.rows(), readers, False, patience)
    with _closed_if_failed(dense, plug):
        if not fill(store, content, cache / _note_name(plug, encoder), progress):
            raise LookupError("it does not find what it was given by its vector and id")
        return replace(index, dense=replace(dense, filters=_can_filter(store, content)))


@contextmanager
def _closed_if_failed(dense: Stored, plug: Plug) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        let_go(dense)
        size = dense.local.vectors.shape[1]
        raise VectorStoreError(
            f"index: {plug.factory} failed: {type(error).__name__}: {error}. "
            f"See that the store is up, may be written to and takes vectors of {size} dimensions."
        ) from error


def fill(
    store: "BasePydanticVectorStore", content: Content, note: Path, progress: Progress | None = None
) -> bool:
    """Deletes what changed or is gone, adds what is new; says whether the store finds it then."""
    wanted, sent = content.digests(), _read(note)
    standing = [article for article in wanted if sent.get(article) == wanted[article]]
    found = _found(store, content, standing if sent else wanted)
    if found == 1.0 and (not sent or sent == wanted):
        _write(note, wanted)
        return True
    if standing and found < 1.0:
        _log.warning("The vector store has lost what it was given before; it is filled anew.")
        sent = dict.fromkeys(sent, "") if found > 0.0 else {}
    _replace(store, content, wanted, sent, note, progress)
    return _found(store, content, wanted) == 1.0


def _replace(
    store: "BasePydanticVectorStore",
    content: Content,
    wanted: Mapping[str, str],
    sent: dict[str, str],
    note: Path,
    progress: Progress | None,
) -> None:
    patience, rows = Patience(FILLING), content.articles()
    for article in [each for each in sent if sent[each] != wanted.get(each)]:
        within(patience, partial(store.delete, article))
        del sent[article]
    missing = [article for article in wanted if article not in sent]
    done, total = 0, sum(len(rows[article]) for article in missing)
    for batch in _batches(missing, lambda article: len(rows[article])):
        nodes = [
            node_of(content.passages[row], content.ids[row], content.dense.vectors[row])
            for article in batch
            for row in rows[article]
        ]
        within(patience, partial(store.add, nodes))
        sent.update({article: wanted[article] for article in batch})
        _write(note, sent)
        done += len(nodes)
        if progress is not None:
            progress(done, total, "sending to the vector store")
    _write(note, sent)


def _batches(articles: Iterable[str], size: Callable[[str], int]) -> Iterator[list[str]]:
    batch: list[str] = []
    for article in articles:
        if batch and sum(map(size, batch)) + size(article) > BATCH:
            yield batch
            batch = []
        batch.append(article)
    if batch:
        yield batch


def _found(store: "BasePydanticVectorStore", content: Content, articles: Iterable[str]) -> float:
    """The share of a sample of these articles' passages that the store finds; 0.0 where it has no answer."""
    rows = content.articles()
    candidates = [row for article in articles for row in rows[article]]
    if not candidates:
        return 0.0
    places = np.unique(np.linspace(0, len(candidates) - 1, SAMPLE).astype(int))
    sample = [candidates[place] for place in places]
    try:
        return sum(_finds(store, content, row) for row in sample) / len(sample)
    except Exception as error:
        _log.info("The vector store does not answer yet (%s: %s).", type(error).__name__, error)
        return 0.0


def _finds(
    store: "BasePydanticVectorStore", content: Content, row: int, readers: set[str] | None = None
) -> bool:
    """Whether a passage, or one whose vector is the same, is near its own vector."""
    vector: NDArray[np.float32] = content.dense.vectors[row]
    filters = read_by(readers) if readers else None
    ids = within(Patience(FILLING), partial(found_by, store, vector, _NEAREST, filters))
    known = content.rows()
    rows = np.array([known[each] for each in ids if each in known], dtype=np.int64)
    return bool((content.dense.cosines(vector, rows) > _SAME).any())


def _can_filter(store: "BasePydanticVectorStore", content: Content) -> bool:
    """Whether the store leaves out what others may read, and nothing else."""
    own = readers_of(content.passages[0])
    try:
        return _finds(store, content, 0, {own}) and not _finds(store, content, 0, {own[::-1]})
    except Exception as error:
        _log.info("The vector store does not filter (%s: %s).", type(error).__name__, error)
        return False


def _note_name(plug: Plug, encoder: str) -> str:
    name = f"{plug.model_dump_json(include={'factory', 'options'})}{encoder}"
    return f"sent-{hashlib.sha256(name.encode()).hexdigest()[:16]}.json"


def _read(note: Path) -> dict[str, str]:
    try:
        sent = json.loads(note.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        _log.warning("%s: cannot be read (%s); the vector store is looked at instead.", note, error)
        return {}
    return sent if isinstance(sent, dict) else {}


def _write(note: Path, sent: Mapping[str, str]) -> None:
    part = note.with_suffix(".tmp")
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(sent), "utf-8")
        part.replace(note)
    except OSError as error:
        _log.warning("%s: cannot be written (%s); the next start looks what was sent.", note, error)
