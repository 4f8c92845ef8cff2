"""Style sheets, scripts and pictures: read once, served under the hash of their content."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from mimetypes import guess_type
from typing import Final

SERVING: Final = "hybrid_agent.serving"
ADDRESS: Final = "/site/assets"
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
    found = (
        _asset(f"{room}/{path}", file.read_bytes())
        for room, folder in folders("assets")
        for path, file in files_in(folder)
    )
    return {each.name: each for each in found}


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
