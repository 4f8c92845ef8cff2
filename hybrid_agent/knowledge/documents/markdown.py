"""Markdown articles, with or without front matter."""

import re
from typing import Any

import yaml

from hybrid_agent.knowledge.documents.about import FrontMatter, front_matter
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
    try:
        values: Any = yaml.safe_load(block) or {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise ArticleError(
            f"{document.where}, line {line}",
            f"the front matter is not YAML ({error.problem}). "
            "Quote values that hold a colon or start with a special character.",
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ArticleError(document.where, f"the front matter is not YAML ({error}). Correct it.") from error
    if not isinstance(values, dict):
        raise ArticleError(document.where, "the front matter must be `key: value` lines. Correct it.")
    return front_matter(values, document.where)
