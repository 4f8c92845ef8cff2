"""Markdown articles, with or without front matter."""

import re

from hybrid_agent.knowledge.documents.about import FrontMatter, front_matter, yaml_values
from hybrid_agent.knowledge.documents.decoding import text_of
from hybrid_agent.knowledge.documents.document import Document, Draft
from hybrid_agent.knowledge.errors import ArticleError

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


def read_markdown(document: Document) -> tuple[Draft, ...]:
    """The file's one article; raises ArticleError with the line or key at fault."""
    text = text_of(document)
    match = _FRONT_MATTER.match(text)
    if match is None and text.startswith("---\n"):
        raise ArticleError(
            document.where, "the front matter is opened by '---' but never closed. Add a line '---' after it."
        )
    about = _about(document, match.group(1)) if match else FrontMatter()
    return (Draft(about=about, body=text[match.end() :] if match else text, linked=True),)


def _about(document: Document, block: str) -> FrontMatter:
    return front_matter(yaml_values(block, document.where, line=2), document.where)
