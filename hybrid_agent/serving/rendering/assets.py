"""Style sheets, scripts and pictures: read once, served under the hash of their content."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from mimetypes import guess_type
from typing import Final

SERVING: Final = "hybrid_agent.serving"
ADDRESS: Final = "/site/assets"
IMPORT: Final = re.compile(rb'^(import .*?from )"\./([^"]+)"', re.MULTILINE)
TEXTS: Final = frozenset({"text/css", "text/javascript", "image/svg+xml"})


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent; `digest` is of its content, so an address never changes its meaning."""

    name: str
    content: bytes
    media_type: str
    digest: str

    @property
    def url(self) -> str:
        """Where browsers get it."""
        return f"{ADDRESS}/{self.digest}/{self.name}"


def read_assets() -> Mapping[str, Asset]:
    """The files in every room's `assets` by name: the room's, a slash, the file's (`console/inbox.css`)."""
    contents = {
        f"{room}/{path}": file.read_bytes()
        for room, folder in folders("assets")
        for path, file in files_in(folder)
    }
    found: dict[str, Asset] = {}
    for name in contents:
        _linked(name, contents, found)
    return found


def _linked(name: str, contents: Mapping[str, bytes], found: dict[str, Asset]) -> Asset:
    """A file; what a script imports from its folder is named by its address, so that its hash counts too."""

    def addressed(match: re.Match[bytes]) -> bytes:
        beside = f"{name.rpartition('/')[0]}/{match[2].decode()}"
        return b'%b"%b"' % (match[1], _linked(beside, contents, found).url.encode())

    if name not in found:
        content = contents[name]
        found[name] = _asset(name, IMPORT.sub(addressed, content) if name.endswith(".js") else content)
    return found[name]


def folders(name: str) -> Iterator[tuple[str, Traversable]]:
    """The folders of this name in the rooms of `serving`, each with its room's name."""
    for room in files(SERVING).iterdir():
        folder = room / name
        if folder.is_dir():
            yield room.name, folder


def files_in(folder: Traversable, before: str = "") -> Iterator[tuple[str, Traversable]]:
    """The files in a folder and those below it, each with its path from there."""
    for each in folder.iterdir():
        if each.is_dir():
            yield from files_in(each, f"{before}{each.name}/")
        else:
            yield before + each.name, each


def _asset(name: str, content: bytes) -> Asset:
    kind = guess_type(name)[0] or "application/octet-stream"
    media_type = f"{kind}; charset=utf-8" if kind in TEXTS else kind
    return Asset(name, content, media_type, hashlib.sha256(content).hexdigest()[:16])
