"""Indexes on disk: numbered generations in a folder, and a file that names the current one.

A generation is written beside the others and waits until it is on disk; then the file that names the
current one is put in the place of the one before. A crash leaves the one before, at any moment.
"""

import logging
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter

from hybrid_agent.knowledge.errors import StorageError
from hybrid_agent.knowledge.indexing.assembling import Content
from hybrid_agent.knowledge.indexing.dense import from_bytes, to_bytes
from hybrid_agent.knowledge.indexing.index import FORMAT, Index, Manifest
from hybrid_agent.knowledge.indexing.lexical import load_words, save_words
from hybrid_agent.knowledge.passages import Passage
from hybrid_agent.knowledge.sources.files import digest_of, sync, write_new, write_over
from hybrid_agent.knowledge.sources.finding import Source

if TYPE_CHECKING:
    from hybrid_agent.encoding import Encoder

PATIENCE: Final = 900.0
"""Seconds that a build waits for another one of the same sources."""

_CURRENT, _GENERATION, _UNFINISHED = "current", "generation-", "unfinished-"
_MANIFEST, _PASSAGES, _VECTORS, _WORDS = "manifest.json", "passages.json", "vectors.faiss", "words"
_DAMAGE = (OSError, ValueError, KeyError, EOFError, RuntimeError)
_ALL = TypeAdapter(tuple[Passage, ...])
_log = logging.getLogger(__name__)


def folder_of(sources: Sequence[Source], encoder: "Encoder", cache: Path) -> Path:
    """One folder for each list of sources and encoder."""
    places = (str(each.resolve()) if isinstance(each, Path) else each for each in sources)
    name = "\0".join([encoder.name, *places])
    return cache / f"knowledge-{sha256(name.encode()).hexdigest()[:16]}"


def current(folder: Path, encoder: "Encoder") -> Index | None:
    """The current generation; None where there is none, or none that can be used, which is logged."""
    while (name := _named(folder)) is not None:
        try:
            return _open(folder / name, encoder)
        except _DAMAGE as error:
            if _named(folder) == name:
                _log.warning("%s: the index is damaged (%s); it is built anew.", folder / name, error)
                return None
    return None


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keeps other builds of the same index waiting. Raises StorageError if one takes too long, or OSError."""
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock", timeout=PATIENCE)
    try:
        lock.acquire()
    except NotImplementedError as error:
        raise StorageError(
            f"{folder}: the file system cannot lock files. Name a folder on a local disk under `cache`."
        ) from error
    except Timeout as error:
        raise StorageError(
            f"{folder}: another process has been building this index for {PATIENCE:.0f} s. "
            "Wait for it, or end it if it hangs."
        ) from error
    try:
        yield
    finally:
        lock.release()


def write(folder: Path, content: Content, manifest: Manifest, encoder: "Encoder") -> Index:
    """Makes a new generation the current one, its checksums filled in; call it while `alone`.

    Raises StorageError if it cannot be written, or not be read again; then the one before stays current.
    """
    unfinished = folder / f"{_UNFINISHED}{secrets.token_hex(4)}"
    try:
        _clear(folder)
        unfinished.mkdir()
        _fill(unfinished, content, manifest)
        index = _open(unfinished, encoder)
        number = max(_numbers(folder), default=0) + 1
        final = unfinished.replace(folder / f"{_GENERATION}{number}")
        write_over(folder / _CURRENT, final.name.encode())
    except _DAMAGE as error:
        _clear(folder)
        raise StorageError(
            f"{folder}: the index cannot be written ({error}); the one before is as it was. "
            "Make room on the disk, or name another folder under `cache` in the deployment file."
        ) from error
    for older in _numbers(folder):
        if older < number - 1:
            shutil.rmtree(folder / f"{_GENERATION}{older}", ignore_errors=True)
    return index


def _named(folder: Path) -> str | None:
    try:
        return (folder / _CURRENT).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _numbers(folder: Path) -> list[int]:
    names = (path.name.removeprefix(_GENERATION) for path in folder.glob(f"{_GENERATION}*"))
    return sorted(int(name) for name in names if name.isdigit())


def _clear(folder: Path) -> None:
    """Takes away what builds that were ended left: what is unfinished, and what never became current."""
    name = _named(folder) or ""
    number = name.removeprefix(_GENERATION)
    last = int(number) if number.isdigit() else 0
    never = [folder / f"{_GENERATION}{each}" for each in _numbers(folder) if each > last]
    for path in (*folder.glob(f"{_UNFINISHED}*"), *never):
        shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob(f"{_CURRENT}.*"):
        path.unlink(missing_ok=True)


def _fill(unfinished: Path, content: Content, manifest: Manifest) -> None:
    write_new(unfinished / _PASSAGES, _ALL.dump_json(tuple(content.passages)))
    write_new(unfinished / _VECTORS, to_bytes(content.dense))
    save_words(content.words, unfinished / _WORDS)
    for part in (unfinished / _WORDS).iterdir():
        sync(part)
    sync(unfinished / _WORDS)
    checksums = {
        path.relative_to(unfinished).as_posix(): digest_of(path.read_bytes())
        for path in sorted(unfinished.rglob("*"))
        if path.is_file()
    }
    whole = manifest.model_copy(update={"checksums": checksums})
    write_new(unfinished / _MANIFEST, whole.model_dump_json().encode())
    sync(unfinished)


def _open(generation: Path, encoder: "Encoder") -> Index:
    manifest = Manifest.model_validate_json((generation / _MANIFEST).read_bytes())
    made_by, wanted = (manifest.format, manifest.encoder), (FORMAT, encoder.name)
    if made_by != wanted:
        raise ValueError(f"format and encoder are {made_by}, not {wanted}")
    for name, checksum in manifest.checksums.items():
        if digest_of((generation / name).read_bytes()) != checksum:
            raise ValueError(f"{name} was altered")
    passages = _ALL.validate_json((generation / _PASSAGES).read_bytes())
    dense = from_bytes((generation / _VECTORS).read_bytes())
    words = load_words(generation / _WORDS)
    if dense.vectors.shape != (len(passages), encoder.dimensions) or words.size != len(passages):
        raise ValueError(f"{len(passages)} passages, vectors of {dense.vectors.shape}, {words.size} texts")
    return Index(passages, dense, words, manifest)
