"""Articles behind an address: fetched when an index is built, kept in the cache, read from there."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from pydantic import ValidationError

from hybrid_agent.frozen import Frozen
from hybrid_agent.knowledge.documents import is_readable
from hybrid_agent.knowledge.errors import SourceError
from hybrid_agent.knowledge.sources.files import write_new, write_over
from hybrid_agent.knowledge.sources.limits import LARGEST

if TYPE_CHECKING:
    import httpx2

SECONDS_A_STEP, SECONDS = 15.0, 90.0
"""How long a server may be silent, and how long a file may take altogether."""

REDIRECTS = 5

_TYPES: Mapping[str, str] = {
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/xhtml+xml": ".html",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/markdown": ".md",
}


class _Facts(Frozen):
    """What is known of a copy; `content` is the name of the file beside that holds it."""

    name: str
    content: str
    charset: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy fetched last; `name` is the host and path of its address, with the suffix of its format."""

    name: str
    path: Path
    charset: str | None


def copy_of(url: str, cache: Path) -> Copy:
    """The copy in the cache. Raises SourceError if there is none."""
    facts = _facts(url, cache)
    if facts is None:
        raise SourceError(shown(url), "has not been fetched yet. Run `hybrid-agent kb build`.")
    return Copy(facts.name, _folder(url, cache) / facts.content, facts.charset)


def fetch(url: str, cache: Path) -> None:
    """Fetches an address into the cache, unless the server says that the copy there is still the same.

    Blocks. Raises SourceError, and leaves the copy as it was; OSError where the cache cannot be written.
    """
    import httpx2

    known = _facts(url, cache)
    try:
        with (
            httpx2.Client(follow_redirects=True, max_redirects=REDIRECTS, timeout=SECONDS_A_STEP) as client,
            client.stream("GET", url, headers=_conditions(known)) as response,
        ):
            if response.status_code == httpx2.codes.NOT_MODIFIED and known is not None:
                return
            if not response.is_success:
                problem = f"the server answered {response.status_code} {response.reason_phrase}"
                raise SourceError(shown(url), f"{problem}. Correct the address.")
            name = _name(url, response)
            content = _body(url, response)
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
        problem = f"cannot be fetched ({str(error) or type(error).__name__})"
        raise SourceError(shown(url), f"{problem}. Correct the address, or try again later.") from error
    _keep(url, cache, name, content, response)


def shown(url: str) -> str:
    """An address for messages, without a name and password in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _conditions(known: _Facts | None) -> dict[str, str]:
    headers = {"User-Agent": "hybrid-agent"}
    if known and known.etag:
        headers["If-None-Match"] = known.etag
    if known and known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    return headers


def _name(url: str, response: "httpx2.Response") -> str:
    parts = urlsplit(url)
    path = (parts.hostname or "") + parts.path.rstrip("/")
    if parts.query:
        path += f"-{hashlib.sha256(parts.query.encode()).hexdigest()[:8]}"
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    suffix = _TYPES.get(kind)
    if suffix is None and not is_readable(path):
        raise SourceError(shown(url), f"is of type {kind or 'unknown'}, which is not read. Leave it out.")
    return path if suffix is None or path.lower().endswith(suffix) else path + suffix


def _body(url: str, response: "httpx2.Response") -> bytes:
    started, content = time.monotonic(), bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > LARGEST:
            raise SourceError(shown(url), f"has more than {LARGEST / 1e6:.0f} MB. Split it.")
        if time.monotonic() - started > SECONDS:
            raise SourceError(shown(url), f"took more than {SECONDS:.0f} s. Try again later.")
    return bytes(content)


def _keep(url: str, cache: Path, name: str, content: bytes, response: "httpx2.Response") -> None:
    folder = _folder(url, cache)
    folder.mkdir(parents=True, exist_ok=True)
    facts = _Facts(
        name=name,
        content=f"{hashlib.sha256(content).hexdigest()[:16]}.content",
        charset=response.charset_encoding,
        etag=_sendable(response.headers.get("etag")),
        last_modified=_sendable(response.headers.get("last-modified")),
    )
    write_new(folder / facts.content, content)
    write_over(folder / "facts.json", facts.model_dump_json().encode())
    for other in folder.glob("*.content"):
        if other.name != facts.content:
            other.unlink(missing_ok=True)


def _sendable(header: str | None) -> str | None:
    """A header's value, if it can be sent back."""
    return header if header and header.isascii() else None


def _facts(url: str, cache: Path) -> _Facts | None:
    folder = _folder(url, cache)
    try:
        facts = _Facts.model_validate_json((folder / "facts.json").read_bytes())
    except (OSError, ValidationError):
        return None
    return facts if (folder / facts.content).is_file() else None


def _folder(url: str, cache: Path) -> Path:
    return cache / "fetched" / hashlib.sha256(url.encode()).hexdigest()[:16]
