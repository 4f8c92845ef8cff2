"""Word documents: by mammoth to HTML, and from there as any page."""

import zipfile
from io import BytesIO
from typing import Any

from hybrid_agent.knowledge.documents.about import FrontMatter, day_of, front_matter, locale_of, tags_of
from hybrid_agent.knowledge.documents.document import Document, Draft
from hybrid_agent.knowledge.documents.html import markdown_of
from hybrid_agent.knowledge.errors import ArticleError

UNPACKED = 200_000_000
"""Bytes that a document may have when unpacked; a packed file may claim thousands of times its size."""

_TITLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"
_CORE = "docProps/core.xml"
_AGAIN = "Open it in a word processor and save it again as .docx."


def read_docx(document: Document) -> tuple[Draft, ...]:
    """The document's one article, with its core properties; raises ArticleError."""
    _look_into(document)
    import mammoth  # type: ignore[import-untyped]

    try:
        html = mammoth.convert_to_html(
            BytesIO(document.content),
            style_map=_TITLES,
            convert_image=mammoth.images.img_element(lambda image: {}),
        ).value
        about = _about(document)
    except ArticleError:
        raise
    except Exception as error:  # mammoth raises whatever its parsers do
        raise ArticleError(document.where, f"cannot be read as .docx ({error}). {_AGAIN}") from error
    return (Draft(about=about, body=markdown_of(html, about.url, document.where)),)


def _look_into(document: Document) -> None:
    """Refuses what is no document, or too large, before anything is unpacked."""
    if document.content.startswith(b"\xd0\xcf\x11\xe0"):
        problem = f"is protected by a password, or of Word 97. {_AGAIN}"
        raise ArticleError(document.where, problem)
    try:
        with zipfile.ZipFile(BytesIO(document.content)) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError) as error:
        raise ArticleError(document.where, f"is damaged or no .docx ({error}). {_AGAIN}") from error
    if size > UNPACKED:
        raise ArticleError(
            document.where,
            f"unpacks to {size // 1_000_000} MB; at most {UNPACKED // 1_000_000} MB are read. "
            "Split it, or take the pictures out.",
        )


def _about(document: Document) -> FrontMatter:
    with zipfile.ZipFile(BytesIO(document.content)) as packed:
        if _CORE not in packed.namelist():
            return FrontMatter(url=document.url)
        said = _properties(packed.read(_CORE))
    return front_matter(
        {
            "title": said.get("title"),
            "url": document.url,
            "updated": day_of(said.get("modified")),
            "locale": locale_of(said.get("language")),
            "tags": tags_of(said.get("keywords") or ""),
        },
        document.where,
    )


def _properties(xml: bytes) -> dict[str, str]:
    from lxml import etree  # type: ignore[import-untyped]

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root: Any = etree.fromstring(xml, parser)
    return {
        etree.QName(child).localname: child.text.strip()
        for child in root
        if isinstance(child.tag, str) and child.text and child.text.strip()
    }
