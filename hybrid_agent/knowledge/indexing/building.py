"""From sources to the current index: only what is new or has changed is split and encoded."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hybrid_agent.knowledge.errors import BuildError, SourceError, StorageError
from hybrid_agent.knowledge.indexing.assembling import Gathered, assemble, gather, policies_digest
from hybrid_agent.knowledge.indexing.generations import alone, current, folder_of, write
from hybrid_agent.knowledge.indexing.index import FORMAT, Index, Manifest
from hybrid_agent.knowledge.indexing.surveying import Survey, changes, survey
from hybrid_agent.knowledge.passages import Passage
from hybrid_agent.knowledge.report import BuildReport, Fault, Progress
from hybrid_agent.knowledge.sources.fetching import fetch as fetch_copy
from hybrid_agent.knowledge.sources.finding import Source, is_fetched

if TYPE_CHECKING:
    from hybrid_agent.encoding import Encoder

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Built:
    index: Index
    faults: tuple[Fault, ...]
    encoded: int
    written: bool


def build_index(
    sources: Sequence[Source],
    encoder: "Encoder",
    cache: Path,
    *,
    policies: Sequence[Passage] = (),
    progress: Progress | None = None,
    skip_faulty: bool = False,
    fetch: bool = True,
) -> BuildReport:
    """Brings the index of the sources in the cache folder up to date; `fetch` gets new copies of addresses.

    Blocks, and waits for other builds of the same index. Raises BuildError, unless `skip_faulty`, if
    anything cannot be used, StorageError if the cache cannot be written, EncodingError; the index of before
    is then as it was.
    """
    started, tell = time.monotonic(), progress or _tell_nobody
    folder = folder_of(sources, encoder, cache)
    with _storing(folder), alone(folder):
        missed = _fetched(sources, cache, tell) if fetch else ()
        surveyed, before = survey(sources, cache), current(folder, encoder)
        built = _brought_up(folder, surveyed, before, policies, encoder, tell, missed, skip_faulty)
    how = changes(before.manifest.files if before else {}, surveyed.digests)
    return BuildReport(
        files=len(surveyed.files),
        **how.model_dump(),
        passages=len(built.index.passages),
        encoded=built.encoded,
        seconds=time.monotonic() - started,
        written=built.written,
        faults=built.faults,
    )


def load_index(
    sources: Sequence[Source], encoder: "Encoder", cache: Path, *, policies: Sequence[Passage] = ()
) -> Index:
    """The index of the sources as they are now; fetches nothing, of addresses the copies are read.

    Built where the cache does not hold it. If something cannot be used, the index of before goes on and a
    warning says so; BuildError if there is none. Where the cache cannot be written, the index is in memory
    alone.
    """
    folder = folder_of(sources, encoder, cache)
    index = current(folder, encoder)
    if index is not None and _is_of(index, survey(sources, cache), policies):
        return index
    try:
        return _built_now(folder, sources, encoder, cache, policies)
    except BuildError as error:
        if index is None:
            raise
        _log.warning(
            "The index of before is used, of %s, for the help centre cannot be read as it is now:\n%s",
            f"{index.manifest.built:%Y-%m-%d %H:%M} UTC",
            error,
        )
        return index


def _built_now(
    folder: Path, sources: Sequence[Source], encoder: "Encoder", cache: Path, policies: Sequence[Passage]
) -> Index:
    try:
        with _storing(folder), alone(folder):
            surveyed, before = survey(sources, cache), current(folder, encoder)
            if before is not None and _is_of(before, surveyed, policies):
                return before
            return _brought_up(folder, surveyed, before, policies, encoder, _tell_nobody).index
    except StorageError as error:
        _log.warning("%s\nEvery start builds the index again until then.", error)
    before = current(folder, encoder)
    gathered = _gathered(survey(sources, cache), before, policies, _tell_nobody)
    content = assemble(gathered, before, encoder, _tell_nobody)
    return Index(content.passages, content.dense, content.words, _manifest(gathered, policies, encoder))


def _brought_up(
    folder: Path,
    surveyed: Survey,
    before: Index | None,
    policies: Sequence[Passage],
    encoder: "Encoder",
    progress: Progress,
    missed: Sequence[Fault] = (),
    skip_faulty: bool = False,
) -> _Built:
    gathered = _gathered(surveyed, before, policies, progress, missed, skip_faulty)
    if before is not None and _same(before, gathered, policies):
        return _Built(before, gathered.faults, encoded=0, written=False)
    content = assemble(gathered, before, encoder, progress)
    progress(0, 1, "writing")
    index = write(folder, content, _manifest(gathered, policies, encoder), encoder)
    progress(1, 1, "writing")
    return _Built(index, gathered.faults, content.encoded, written=True)


def _gathered(
    surveyed: Survey,
    before: Index | None,
    policies: Sequence[Passage],
    progress: Progress,
    missed: Sequence[Fault] = (),
    skip_faulty: bool = False,
) -> Gathered:
    """Raises BuildError for the faults, or if nothing at all could be read."""
    gathered = gather(surveyed, before, policies, progress)
    told = {fault.where for fault in missed}
    further = (fault for fault in gathered.faults if fault.where not in told)
    gathered = replace(gathered, faults=(*missed, *further))
    if gathered.faults and not (skip_faulty and gathered.passages):
        raise BuildError(gathered.faults)
    return gathered


def _fetched(sources: Sequence[Source], cache: Path, progress: Progress) -> tuple[Fault, ...]:
    """New copies of every address; the faults of those that cannot be had."""
    addresses = [source for source in sources if isinstance(source, str) and is_fetched(source)]
    faults = []
    for done, address in enumerate(addresses):
        progress(done, len(addresses), "fetching")
        try:
            fetch_copy(address, cache)
        except SourceError as error:
            faults.append(error.fault)
    return tuple(faults)


def _manifest(gathered: Gathered, policies: Sequence[Passage], encoder: "Encoder") -> Manifest:
    return Manifest(
        format=FORMAT,
        encoder=encoder.name,
        dimensions=encoder.dimensions,
        built=datetime.now(UTC),
        files=gathered.files,
        policies=policies_digest(policies),
        checksums={},
    )


def _is_of(index: Index, surveyed: Survey, policies: Sequence[Passage]) -> bool:
    """Whether an index is made of these very files and policies."""
    digests = {name: facts.digest for name, facts in index.manifest.files.items()}
    return digests == surveyed.digests and index.manifest.policies == policies_digest(policies)


def _same(index: Index, gathered: Gathered, policies: Sequence[Passage]) -> bool:
    return index.manifest.files == gathered.files and index.manifest.policies == policies_digest(policies)


@contextmanager
def _storing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{folder}: cannot be written ({error.strerror or error}). "
            "Give the process a cache folder that it can write to."
        ) from error


def _tell_nobody(done: int, total: int, what: str) -> None:
    """Progress that nobody watches."""
