"""PDF files: a section for each entry of the outline, else for each page."""

import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from hybrid_agent.knowledge.documents.about import FrontMatter, day_of, front_matter, tags_of
from hybrid_agent.knowledge.documents.document import Document, Draft
from hybrid_agent.knowledge.errors import ArticleError

if TYPE_CHECKING:
    from pypdf import PdfReader

MOST_PAGES = 2_000

_AGAIN = "Open it in a PDF viewer and print it to a new PDF."
_BULLET = re.compile(r"^\s*[\u2022\u2023\u25aa\u25cf\u25e6\u2043\u2219\uf0b7]\s*")
_MARKUP = re.compile(r"^(\s*)(#+\s|\||>|```)")
_REPEATED = 0.6


def read_pdf(document: Document) -> tuple[Draft, ...]:
    """The file's one article; its sections link to their pages. Raises ArticleError."""
    try:
        reader = _opened(document)
        pages = [_lines(page.extract_text()) for page in reader.pages]
        outline = _outline(reader)
        about = _about(reader, document)
    except ArticleError:
        raise
    except Exception as error:  # on damaged files pypdf raises whatever its parsing runs into
        raise ArticleError(document.where, f"is damaged or no PDF ({error}). {_AGAIN}") from error
    if not any(pages):
        raise ArticleError(
            document.where, "has no text; it is probably scanned. Run text recognition (OCR) on it."
        )
    return (Draft(about=about, body="\n".join(_sections(_without_running_heads(pages), outline))),)


def _opened(document: Document) -> "PdfReader":
    from pypdf import PdfReader

    _quieten()
    reader = PdfReader(BytesIO(document.content))
    if reader.is_encrypted and not _opens(reader):
        raise ArticleError(
            document.where, "is encrypted. Save it without a password, or leave it out of the sources."
        )
    if len(reader.pages) > MOST_PAGES:
        raise ArticleError(
            document.where, f"has {len(reader.pages)} pages; at most {MOST_PAGES} are read. Split it."
        )
    return reader


def _opens(reader: "PdfReader") -> bool:
    """Whether it can be read without a password."""
    from pypdf import PasswordType
    from pypdf.errors import DependencyError

    try:
        return reader.decrypt("") != PasswordType.NOT_DECRYPTED
    except DependencyError:
        return False


def _quieten() -> None:
    """Where nobody set logging up, pypdf's remarks on odd files would be printed beside our messages."""
    log = logging.getLogger("pypdf")
    if not log.handlers:
        log.addHandler(logging.NullHandler())


def _about(reader: "PdfReader", document: Document) -> FrontMatter:
    info = reader.metadata
    changed = (info.modification_date or info.creation_date) if info else None
    return front_matter(
        {
            "title": ((info.title if info else None) or "").strip() or None,
            "url": document.url,
            "updated": day_of(changed.isoformat()) if changed else None,
            "tags": tags_of((info.keywords if info else None) or ""),
        },
        document.where,
    )


def _outline(reader: "PdfReader") -> Mapping[int, Sequence[str]]:
    """The titles in the outline by page, counted from 0."""
    found: dict[int, list[str]] = {}

    def walk(entries: Sequence[object]) -> None:
        for entry in entries:
            if isinstance(entry, list):
                walk(entry)
            elif (page := reader.get_destination_page_number(entry)) is not None:  # type: ignore[arg-type]
                title = " ".join(str(getattr(entry, "title", "")).split())
                found.setdefault(page, []).extend([title] if title else [])

    walk(reader.outline)
    return found


def _lines(text: str) -> list[str]:
    """A page's lines, words that were parted at a line's end put together again."""
    joined = re.sub(r"(?<=[a-z\u00df-\u00ff])[-\u00ad]\n(?=[a-z\u00df-\u00ff])", "", text.replace("\x00", ""))
    return [line.rstrip() for line in joined.splitlines()]


def _without_running_heads(pages: Sequence[list[str]]) -> list[list[str]]:
    """The pages without the first and last lines that most of them share, but for their numbers."""
    edges = Counter(mark for page in pages for mark in {_mark(line) for line in _edges(page)})
    repeated = {mark for mark, count in edges.items() if count > 2 and count >= _REPEATED * len(pages)}
    return [_trimmed(page, repeated) for page in pages]


def _edges(page: Sequence[str]) -> list[str]:
    lines = [line for line in page if line.strip()]
    return [lines[0], lines[-1]] if lines else []


def _trimmed(page: list[str], repeated: set[str]) -> list[str]:
    edges = {line for line in _edges(page) if _mark(line) in repeated}
    return [line for line in page if line not in edges]


def _mark(line: str) -> str:
    return re.sub(r"\d+", "0", line.strip().lower())


def _sections(pages: Sequence[list[str]], outline: Mapping[int, Sequence[str]]) -> Iterator[str]:
    """Markdown; a section that goes on over pages has a heading on each, so that its parts link to theirs."""
    title = None
    for number, lines in enumerate(pages):
        entries = outline.get(number, ())
        places = {place: entry for entry in entries if (place := _place(entry, lines)) is not None}
        title = next((entry for entry in reversed(entries) if entry not in places.values()), title)
        if 0 not in places:
            yield _heading(title or f"Page {number + 1}", number)
        for place, line in enumerate(lines):
            title = places.get(place, title)
            yield _heading(places[place], number) if place in places else _as_markdown(line)
        yield ""


def _place(title: str, lines: Sequence[str]) -> int | None:
    wanted = title.lower()
    return next((at for at, line in enumerate(lines) if " ".join(line.split()).lower() == wanted), None)


def _heading(title: str, page: int) -> str:
    return f"\n## {title} {{#page={page + 1}}}\n"


def _as_markdown(line: str) -> str:
    """A line whose first characters would mean something in Markdown keeps its words alone."""
    return _MARKUP.sub(r"\1", _BULLET.sub("- ", line))
