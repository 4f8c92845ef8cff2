"""The index of a help centre: passages with their vectors, cached on disk by content."""

import hashlib
import json
import logging
import os
import tempfile
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from hybrid_agent.knowledge.articles import ArticleFile, content_digest, find_articles
from hybrid_agent.knowledge.dense import Dense, flat
from hybrid_agent.knowledge.lexical import Words, build_words
from hybrid_agent.knowledge.passages import Passage
from hybrid_agent.knowledge.report import BuildReport, Progress
from hybrid_agent.knowledge.sentences import units

if TYPE_CHECKING:
    from hybrid_agent.encoding import Encoder

FORMAT = 1
"""Goes up whenever passages, units or the file's layout change, so that older caches are rebuilt."""

_log = logging.getLogger(__name__)
_PASSAGES = TypeAdapter(tuple[Passage, ...])


@dataclass(frozen=True, slots=True)
class Index:
    """Passages and their vectors (unit length, one row each).

    `unit_vectors` holds a row for every quotable unit; those of passage i are the rows
    `unit_starts[i]` to `unit_starts[i + 1]`.
    """

    passages: tuple[Passage, ...]
    vectors: NDArray[np.float32]
    unit_starts: NDArray[np.int64]
    unit_vectors: NDArray[np.float32]
    dense: Dense
    words: Words

    def nearest_units(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """For each passage the cosine of its nearest unit with a vector of unit length."""
        return np.maximum.reduceat(self.unit_vectors @ vector, self.unit_starts[:-1])


def build_index(
    sources: Sequence[Path],
    encoder: "Encoder",
    cache: Path,
    *,
    policies: Sequence[Passage] = (),
    progress: Progress | None = None,
    skip_faulty: bool = False,
    fetch: bool = True,
) -> BuildReport:
    """Brings the index of `sources` up to date."""
    started = time.monotonic()
    index = load_index(sources, encoder, cache, policies=policies)
    return BuildReport(
        files=len({passage.source for passage in index.passages}),
        passages=len(index.passages),
        encoded=len(index.passages),
        seconds=time.monotonic() - started,
        written=True,
    )


def load_index(
    sources: Sequence[Path], encoder: "Encoder", cache: Path, *, policies: Sequence[Passage] = ()
) -> Index:
    """The index of the articles in `sources`, from the cache folder or, failing that, built and kept.

    Raises SourceError or ArticleError. A damaged cache is rebuilt; an unwritable one is done without.
    """
    files = find_articles(sources)
    rules = hashlib.sha256(_PASSAGES.dump_json(tuple(policies))).hexdigest()
    key = f"{FORMAT}:{encoder.name}:{content_digest(files)}:{rules}"
    path = cache / _file_name(sources, encoder)
    index = _read(path, key)
    if index is None:
        index = _build(files, encoder, policies)
        _write(path, key, index)
    return index


def passage_context(passage: Passage) -> str:
    """What a passage is about: its title and headings, which its text and its sentences build on."""
    return ": ".join((passage.title, *passage.section))


def _build(files: Sequence[ArticleFile], encoder: "Encoder", policies: Sequence[Passage]) -> Index:
    from hybrid_agent.knowledge.ingest import passages_of

    passages = (*passages_of(files), *policies)
    unit_texts = [[unit.text for unit in units(passage.text)] for passage in passages]
    contexts = [passage_context(passage) for passage in passages]
    whole = [f"{context}. {' '.join(texts)}" for context, texts in zip(contexts, unit_texts, strict=True)]
    single = [
        f"{context}: {text}" for context, texts in zip(contexts, unit_texts, strict=True) for text in texts
    ]
    return _index(
        passages,
        encoder.encode(whole),
        np.cumsum([0, *(len(texts) for texts in unit_texts)], dtype=np.int64),
        encoder.encode(single),
    )


def _index(
    passages: tuple[Passage, ...],
    vectors: NDArray[np.float32],
    unit_starts: NDArray[np.int64],
    unit_vectors: NDArray[np.float32],
) -> Index:
    texts = [f"{passage_context(passage)} {passage.text}" for passage in passages]
    return Index(passages, vectors, unit_starts, unit_vectors, flat(vectors), build_words(texts))


def _file_name(sources: Sequence[Path], encoder: "Encoder") -> str:
    """One file for each set of sources and encoder: a change of content replaces it."""
    name = "\0".join([encoder.name, *(str(Path(source).resolve()) for source in sources)])
    return f"knowledge-{hashlib.sha256(name.encode()).hexdigest()[:16]}.npz"


def _read(path: Path, key: str) -> Index | None:
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            if bytes(stored["key"]).decode() != key:
                return None
            index = _index(
                _PASSAGES.validate_json(bytes(stored["passages"])),
                stored["vectors"],
                stored["unit_starts"],
                stored["unit_vectors"],
            )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, ValidationError) as error:
        _log.warning("%s: the cached index is damaged (%s); it is built anew.", path, error)
        return None
    return index


def _write(path: Path, key: str, index: Index) -> None:
    passages = json.dumps([passage.model_dump(mode="json") for passage in index.passages])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(
                    file,
                    key=np.frombuffer(key.encode(), dtype=np.uint8),
                    passages=np.frombuffer(passages.encode(), dtype=np.uint8),
                    vectors=index.vectors,
                    unit_starts=index.unit_starts,
                    unit_vectors=index.unit_vectors,
                )
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        _log.warning(
            "%s: the index cannot be kept (%s); every start builds it again. "
            "Give the process a cache folder that it can write to.",
            path,
            error,
        )
