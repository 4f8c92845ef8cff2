"""The folders, files and addresses that a deployment names, and the files found there."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeAlias
from urllib.parse import urlsplit
from urllib.request import url2pathname

from hybrid_agent.knowledge.documents import BESIDE, READERS, is_readable
from hybrid_agent.knowledge.documents.document import Document
from hybrid_agent.knowledge.errors import ArticleError, SourceError
from hybrid_agent.knowledge.report import Fault
from hybrid_agent.knowledge.sources.fetching import copy_of, shown
from hybrid_agent.knowledge.sources.limits import LARGEST

Source: TypeAlias = Path | str
"""A folder or file; a text is an address that begins with http:, https: or file:."""

_READABLE = ", ".join(sorted(READERS))


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that was found: its name under its source with forward slashes, and where its bytes are.

    `where` is what messages call it; `url` and `charset` are set for what was fetched.
    """

    name: str
    path: Path
    where: str
    url: str | None = None
    charset: str | None = None

    def read(self) -> Document:
        """The file's bytes, and those of the file beside it; raises SourceError or ArticleError."""
        beside = self.path.with_name(self.path.name + BESIDE)
        return Document(
            content=_read(self.path, self.where),
            where=self.where,
            url=self.url,
            charset=self.charset,
            beside=_read(beside, str(beside)) if beside.is_file() else None,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What the sources hold: files by name, and what could not be used of them."""

    files: tuple[SourceFile, ...]
    faults: tuple[Fault, ...]


def source_of(text: str, folder: Path) -> Source:
    """The source that a deployment in this folder names: an address as it is, or a path."""
    return text if is_address(text) else folder / text


def is_address(source: Source) -> bool:
    """Whether a source is an address rather than a path."""
    return isinstance(source, str) and source.lower().startswith(("http://", "https://", "file://"))


def is_fetched(source: Source) -> bool:
    """Whether a source is on another machine, so that a copy of it is read."""
    return isinstance(source, str) and not source.lower().startswith("file:")


def find_files(sources: Sequence[Source], cache: Path) -> Found:
    """Every file of a supported format in the sources, sorted by name; of addresses the copies in the cache.

    Two files of one name, missing and empty sources are faults.
    """
    files: dict[str, SourceFile] = {}
    faults: list[Fault] = []
    for source in sources:
        try:
            found = sorted(_files_in(source, cache), key=lambda file: file.name)
        except SourceError as error:
            faults.append(error.fault)
            continue
        for file in found:
            first = files.setdefault(_identity(file.name), file)
            if first is not file:
                problem = f"there is another article of this name ({first.where}). Rename one of them."
                faults.append(Fault(where=file.where, problem=problem))
    return Found(tuple(files[name] for name in sorted(files)), tuple(faults))


def _files_in(source: Source, cache: Path) -> list[SourceFile]:
    if isinstance(source, str) and is_fetched(source):
        copy = copy_of(source, cache)
        return [SourceFile(copy.name, copy.path, shown(source), shown(source), copy.charset)]
    path = _path_of(source) if isinstance(source, str) else source
    found = [SourceFile(_as_text(name), file, _as_text(str(file))) for name, file in _candidates(path)]
    if not found:
        raise SourceError(
            source,
            f"no article here (looked for {_READABLE}, also in sub-folders). "
            "Put the help centre's files there or correct the path.",
        )
    return found


def _as_text(name: str) -> str:
    """A file's name with the bytes written out that are not UTF-8."""
    return name.encode("utf-8", "backslashreplace").decode()


def _path_of(address: str) -> Path:
    try:
        return Path(url2pathname(urlsplit(address).path))
    except ValueError as error:
        raise SourceError(address, f"is no address ({error}). Correct it.") from error


def _candidates(source: Path) -> Iterator[tuple[str, Path]]:
    if source.is_file():
        if not is_readable(source.name):
            raise SourceError(source, f"not a format that is read. Give a folder or one of {_READABLE}.")
        yield source.name, source
        return
    if not source.is_dir():
        raise SourceError(
            source, "there is no such folder or file. Correct the path of the knowledge source."
        )
    for folder, inner, names in os.walk(source, onerror=_refuse_folder):
        inner[:] = [name for name in inner if not _is_hidden(name)]
        for name in names:
            path = Path(folder, name)
            if is_readable(name) and not _is_hidden(name) and path.is_file():
                yield path.relative_to(source).as_posix(), path


def _is_hidden(name: str) -> bool:
    """Files of version control and editors, and the locks of word processors."""
    return name.startswith((".", "~$"))


def _identity(name: str) -> str:
    return name.rsplit(".", 1)[0]


def _refuse_folder(error: OSError) -> NoReturn:
    problem = f"cannot be listed ({error.strerror}). Give read access to the folder."
    raise SourceError(error.filename, problem) from error


def _read(path: Path, where: str) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
            size = max(len(content), os.fstat(file.fileno()).st_size)
    except OSError as error:
        problem = f"cannot be read ({error.strerror}). Give read access to the file."
        raise SourceError(where, problem) from error
    if size > LARGEST:
        raise ArticleError(
            where,
            f"has {size / 1e6:.0f} MB; at most {LARGEST / 1e6:.0f} MB are read. "
            "Split it, or take the pictures out.",
        )
    return content
