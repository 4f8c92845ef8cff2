"""Markdown articles, with or without front matter."""

import re

from hybrid_agent.knowledge.documents.about import FrontMatter, front_matter, yaml_values
from hybrid_agent.knowledge.documents.decoding import text_of
from hybrid_agent.knowledge.documents.document import Document, Draft
from hybrid_agent.knowledge.errors import ArticleError

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_BEFORE = re.compile(r"(?:[^\S\n]*\n|[\ufeff\u200b\u2060])+")
_HIDDEN = re.compile(r"(^ {0,3}(```|~~~).*?(?:^ {0,3}\2|\Z))|<!--.*?-->", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r"(?:-{3,}|\+{3,})")


def read_markdown(document: Document) -> tuple[Draft, ...]:
    """The file's one article; raises ArticleError with the line or key at fault."""
    whole = text_of(document)
    before = _BEFORE.match(whole)
    text = whole[before.end() :] if before else whole
    match = _FRONT_MATTER.match(text)
    if match is None and (mark := _MARK.match(text)):
        problem = f"begins with '{mark.group()}', but that is no front matter, or one never closed."
        raise ArticleError(
            document.where,
            f"{problem} Write it as `key: value` lines between two lines '---', or begin with the text.",
        )
    if match is None:
        return (Draft(about=FrontMatter(), body=_seen(text), linked=True),)
    line = whole.count("\n", 0, len(whole) - len(text)) + 2
    about = front_matter(yaml_values(match.group(1), document.where, line), document.where)
    return (Draft(about=about, body=_seen(text[match.end() :]), linked=True),)


def _seen(text: str) -> str:
    """The text without its comments; in a block of code they are text."""
    return _HIDDEN.sub(lambda match: match.group(1) or "", text)
