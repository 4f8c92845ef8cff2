"""Files of every supported format to articles in Markdown."""

import logging
from collections.abc import Mapping
from importlib import import_module
from pathlib import PurePath
from typing import Final

from hybrid_agent.frozen import Frozen
from hybrid_agent.knowledge.documents.about import FrontMatter, front_matter, yaml_values
from hybrid_agent.knowledge.documents.decoding import text_of
from hybrid_agent.knowledge.documents.document import Document, Draft, Reader
from hybrid_agent.knowledge.errors import ArticleError

_log = logging.getLogger(__name__)

READERS: Mapping[str, str] = {
    ".csv": "csv_file:read_csv",
    ".docx": "docx:read_docx",
    ".htm": "html:read_html",
    ".html": "html:read_html",
    ".json": "json_file:read_json",
    ".markdown": "markdown:read_markdown",
    ".md": "markdown:read_markdown",
    ".pdf": "pdf:read_pdf",
}
"""The reader of each kind of file, by its suffix."""


BESIDE: Final = ".yaml"
"""Behind the name of a file: what a format that has no front matter says about its articles."""


class Article(Frozen):
    """An article as Markdown with what it says about itself; `source` is the name of its file.

    `linked`: a heading can be linked to by its words; else only by an id that it names, as `{#id}`.
    """

    id: str
    source: str
    about: FrontMatter
    body: str
    linked: bool


def read_articles(name: str, document: Document) -> tuple[Article, ...]:
    """The articles of a file, its name the path under its source.

    A file's one article has the name without the suffix for its id, each of several a key of its own behind
    that. Raises ArticleError.
    """
    stem, suffix = name.rsplit(".", 1)
    try:
        drafts = _as_said_beside(document, _reader(f".{suffix.lower()}")(document))
        for draft in drafts:
            draft.body.encode()
    except (ValueError, TypeError, LookupError) as error:
        _log.debug("The reader of %s failed", document.where, exc_info=True)
        problem = f"cannot be read ({type(error).__name__}). Save or export it again in a simpler form."
        raise ArticleError(document.where, problem) from error
    if not any(draft.body.strip() for draft in drafts):
        raise ArticleError(document.where, "the article has no text. Write it or delete the file.")
    return tuple(
        Article(
            id=f"{stem}/{draft.key}" if draft.key else stem,
            source=name,
            about=draft.about,
            body=draft.body,
            linked=draft.linked,
        )
        for draft in drafts
        if draft.body.strip()
    )


def _as_said_beside(document: Document, drafts: tuple[Draft, ...]) -> tuple[Draft, ...]:
    if document.beside is None:
        return drafts
    where = document.where + BESIDE
    values = yaml_values(text_of(Document(document.beside, where)), where)
    said = {key: value for key, value in values.items() if value is not None}
    return tuple(
        draft.model_copy(update={"about": front_matter({**draft.about.model_dump(), **said}, where)})
        for draft in drafts
    )


def is_readable(path: str) -> bool:
    """Whether a file of this name is of a supported format."""
    return PurePath(path).suffix.lower() in READERS


def _reader(suffix: str) -> Reader:
    module, _, function = READERS[suffix].partition(":")
    reader: Reader = getattr(import_module(f"{__name__}.{module}"), function)
    return reader
