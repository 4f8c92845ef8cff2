"""Bytes to text, only by an encoding that is certain."""

import codecs
import re

from hybrid_agent.knowledge.documents.document import Document
from hybrid_agent.knowledge.errors import ArticleError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MOSTLY = 0.9
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")


def text_of(document: Document, declared: str | None = None) -> str:
    """The document's text with line ends as `\\n`.

    UTF-8, UTF-16 and UTF-32 are recognised; any other encoding must be declared, by the file or its server.
    Raises ArticleError with the line of the first byte that does not fit.
    """
    encoding = _recognised(document.content) or "utf-8"
    try:
        text = document.content.decode(encoding)
    except UnicodeDecodeError as error:
        text = _as_declared(document, declared or document.charset, error)
    if "\x00" in text:
        raise _binary(document)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _recognised(content: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    even, odd = content[::2], content[1::2]
    if len(even) != len(odd) or not content:
        return None
    if odd.count(0) > _MOSTLY * len(odd) and not _CONTROL.search(even):
        return "utf-16-le"
    if even.count(0) > _MOSTLY * len(even) and not _CONTROL.search(odd):
        return "utf-16-be"
    return None


def _as_declared(document: Document, declared: str | None, error: UnicodeDecodeError) -> str:
    if b"\x00" in document.content:
        raise _binary(document) from error
    name = _codec(declared)
    try:
        if name not in (None, "utf-8"):
            return document.content.decode(name)
    except UnicodeDecodeError as other:
        error = other
    line = document.content.count(b"\n", 0, error.start) + 1
    raise ArticleError(
        f"{document.where}, line {line}",
        f"byte 0x{document.content[error.start]:02x} is not {(name or 'utf-8').upper()}. "
        "Save the file as UTF-8.",
    ) from error


def _codec(declared: str | None) -> str | None:
    """Python's name for a declared encoding; what is called Latin-1 on the web is Windows-1252."""
    try:
        found = codecs.lookup(declared) if declared else None
    except (LookupError, ValueError):
        return None
    if found is None or not found._is_text_encoding:
        return None
    name = found.name
    return "cp1252" if name in ("iso8859-1", "ascii") else name


def _binary(document: Document) -> ArticleError:
    return ArticleError(document.where, "holds binary data, not text. Remove it or save it as text.")
