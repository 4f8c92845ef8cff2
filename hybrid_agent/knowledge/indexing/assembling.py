"""Puts the contents of an index together, taking from the one before what has not changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from hybrid_agent.knowledge.documents import read_articles
from hybrid_agent.knowledge.errors import ArticleError, UnusableError
from hybrid_agent.knowledge.indexing.dense import Flat, flat
from hybrid_agent.knowledge.indexing.index import FileFacts, Index
from hybrid_agent.knowledge.indexing.lexical import Words, build_words
from hybrid_agent.knowledge.indexing.surveying import Survey
from hybrid_agent.knowledge.passages import Passage
from hybrid_agent.knowledge.report import Fault, Progress
from hybrid_agent.knowledge.sources.finding import SourceFile
from hybrid_agent.knowledge.texts import encoded_text, searched_text

if TYPE_CHECKING:
    from hybrid_agent.encoding import Encoder

CHUNK: Final = 512
"""Passages encoded at once, between two notices of progress."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The passages of all files and policies in order, what is known of the files, and the faults found.

    `kept` has for each passage its row in the index before, -1 where that index does not hold it.
    """

    passages: tuple[Passage, ...]
    kept: NDArray[np.int64]
    files: Mapping[str, FileFacts]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """What is searched: passages, and their vectors and words in the same order; how many were encoded."""

    passages: tuple[Passage, ...]
    dense: Flat
    words: Words
    encoded: int


def gather(
    surveyed: Survey, before: Index | None, policies: Sequence[Passage], progress: Progress
) -> Gathered:
    """Reads and splits the files that the index before does not hold as they are now."""
    known, start = dict[str, tuple[str, range]](), 0
    for name, facts in before.manifest.files.items() if before else ():
        known[name] = (facts.digest, range(start, start + facts.passages))
        start += facts.passages
    passages, kept = list[Passage](), list[int]()
    files, faults, owners = dict[str, FileFacts](), list(surveyed.faults), dict[str, str]()
    for done, (name, file) in enumerate(surveyed.files.items(), start=1):
        digest, rows = known.get(name, ("", range(0)))
        if before is None or not rows or digest != surveyed.digests[name]:
            rows = range(0)
            digest, found = _read(file, surveyed.digests[name], owners, faults)
        else:
            found = before.passages[rows.start : rows.stop]
        owners.update({passage.article: file.where for passage in found})
        passages += found
        kept += rows or [-1] * len(found)
        files[name] = FileFacts(digest=digest, passages=len(found))
        progress(done, len(surveyed.files), "reading")
    rows_kept = np.array([*kept, *[-1] * len(policies)], dtype=np.int64)
    return Gathered((*passages, *policies), rows_kept, files, tuple(faults))


def assemble(gathered: Gathered, before: Index | None, encoder: "Encoder", progress: Progress) -> Content:
    """Encodes what no vector is known of, and counts the words of all. Raises EncodingError."""
    vectors = np.empty((len(gathered.passages), encoder.dimensions), dtype=np.float32)
    old = before.dense.vectors if before and isinstance(before.dense, Flat) else None
    stays = gathered.kept >= 0
    if old is not None:
        vectors[stays] = old[gathered.kept[stays]]
    lacking = {row: encoded_text(gathered.passages[row]) for row in np.flatnonzero(~stays).tolist()}
    known = _known(before, gathered.kept) if lacking and old is not None else {}
    for row, text in lacking.items():
        if old is not None and text in known:
            vectors[row] = old[known[text]]
    wanted = {row: text for row, text in lacking.items() if text not in known}
    for rows, found in _encoded(wanted, encoder, progress):
        vectors[rows] = found
    words = build_words([searched_text(passage) for passage in gathered.passages])
    return Content(gathered.passages, flat(vectors), words, len(wanted))


def policies_digest(policies: Sequence[Passage]) -> str:
    """A hash (hex) of the policies."""
    return sha256("\0".join(policy.model_dump_json() for policy in policies).encode()).hexdigest()


def _read(
    file: SourceFile, digest: str, owners: Mapping[str, str], faults: list[Fault]
) -> tuple[str, tuple[Passage, ...]]:
    """The hash of what was read, and its passages; none where there is a fault."""
    from hybrid_agent.knowledge.indexing.ingest import passages_of

    if not digest:
        return digest, ()
    try:
        document = file.read()
        digest = document.digest
        found = passages_of(read_articles(file.name, document), file.where)
        taken = next((each.article for each in found if each.article in owners), None)
        if taken is not None:
            problem = f"there is another article {taken!r} ({owners[taken]}). Rename one of them."
            raise ArticleError(file.where, problem)
    except UnusableError as error:
        faults.append(error.fault)
        return digest, ()
    return digest, found


def _known(before: Index | None, kept: NDArray[np.int64]) -> Mapping[str, int]:
    """The rows of passages that went, by what was encoded: a renamed article has the same texts."""
    if before is None:
        return {}
    went = np.setdiff1d(np.arange(len(before.passages)), kept)
    return {encoded_text(before.passages[row]): row for row in went.tolist()}


def _encoded(
    texts: Mapping[int, str], encoder: "Encoder", progress: Progress
) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
    """The vectors of texts, those of like length at once, so that little is wasted on padding."""
    order = sorted(texts, key=lambda row: len(texts[row]))
    for start in range(0, len(order), CHUNK):
        rows = order[start : start + CHUNK]
        progress(start, len(order), "encoding")
        yield rows, encoder.encode([texts[row] for row in rows])
    progress(len(order), len(order), "encoding")
