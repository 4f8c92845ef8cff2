"""Turns articles into passages: by headings, and long sections at blocks, items, rows and sentences."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from hybrid_agent.knowledge.articles import Article, ArticleFile, parse_article
from hybrid_agent.knowledge.errors import ArticleError
from hybrid_agent.knowledge.passages import Passage
from hybrid_agent.knowledge.sentences import is_table_row, split_keeping_space, table_header

PASSAGE_WORDS = 160
"""A section up to this many words stays one passage; the encoder reads about 250 word pieces."""

_PATH_SEPARATOR = "\x1f"
_HEADING = re.compile(r"\A(#+)\s+(.*?)\s*#*\s*(?:\n|\Z)")


def passages_of(files: Sequence[ArticleFile]) -> tuple[Passage, ...]:
    """Splits every article; imports LlamaIndex, so call it only when the index must be built.

    Raises ArticleError for an article that cannot be used.
    """
    split = _long_section_splitter()
    return tuple(passage for file in files for passage in _split_article(parse_article(file), split))


def anchor_of(heading: str) -> str:
    """The fragment that Markdown renderers give a heading: lower case, spaces to hyphens, no punctuation."""
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.strip().lower()))


def _long_section_splitter() -> Any:
    from llama_index.core.node_parser import SentenceSplitter

    return SentenceSplitter(
        chunk_size=PASSAGE_WORDS,
        chunk_overlap=0,
        tokenizer=str.split,
        paragraph_separator="\n\n",
        chunking_tokenizer_fn=split_keeping_space,
    )


def _split_article(article: Article, splitter: Any) -> Iterator[Passage]:
    sections = list(_sections(article))
    title = article.about.title or _first_heading(sections) or article.id.rsplit("/", 1)[-1]
    anchors: dict[str, int] = {}
    found = False
    for path, text in sections:
        anchor = _unique(anchor_of(path[-1]), anchors) if path else ""
        if not text:
            continue
        section = path[1:] if path and path[0] == title else path
        for ordinal, part in enumerate(_parts(text, splitter)):
            found = True
            yield _passage(article, title, section, anchor, ordinal, part)
    if not found:
        raise ArticleError(
            f"{article.source}: has headings but no text under them. Write it or delete the file."
        )


def _sections(article: Article) -> Iterator[tuple[tuple[str, ...], str]]:
    from llama_index.core.node_parser import MarkdownNodeParser
    from llama_index.core.schema import Document

    parser = MarkdownNodeParser(header_path_separator=_PATH_SEPARATOR, include_prev_next_rel=False)
    for node in parser.get_nodes_from_documents([Document(text=article.body)]):
        content = node.get_content()
        parents = tuple(part for part in str(node.metadata["header_path"]).split(_PATH_SEPARATOR) if part)
        heading = _HEADING.match(content)
        if heading is None:
            yield (), content.strip()
        else:
            yield (*parents, heading.group(2)), content[heading.end() :].strip()


def _first_heading(sections: Sequence[tuple[tuple[str, ...], str]]) -> str | None:
    return next((path[0] for path, _ in sections if path), None)


def _unique(anchor: str, used: dict[str, int]) -> str:
    count = used.get(anchor, 0)
    used[anchor] = count + 1
    return f"{anchor}-{count}" if count else anchor


def _parts(text: str, splitter: Any) -> Iterator[str]:
    """The parts of a section; a part that begins inside a table gets the table's header again."""
    lines = text.splitlines()
    row = 0
    for part in splitter.split_text(text):
        first = part.splitlines()[0]
        if is_table_row(first) and first in lines[row:]:
            row = lines.index(first, row)
            header = table_header(lines, row)
            yield f"{header}\n{part}" if header and not header.startswith(first) else part
        else:
            yield part


def _passage(
    article: Article, title: str, section: tuple[str, ...], anchor: str, ordinal: int, text: str
) -> Passage:
    about = article.about
    base = about.url or article.source
    return Passage(
        id=f"{article.id}#{anchor}:{ordinal}",
        article=article.id,
        title=title,
        section=section,
        url=f"{base.split('#')[0]}#{anchor}" if anchor and section else base,
        text=text,
        source=article.source,
        updated=about.updated,
        valid_from=about.valid_from,
        valid_until=about.valid_until,
        audience=about.audience,
        locale=about.locale,
        tags=about.tags,
    )
