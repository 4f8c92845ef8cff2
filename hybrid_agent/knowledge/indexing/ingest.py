"""Turns articles into passages: by headings, and long sections at blocks, items, rows and sentences."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hybrid_agent.knowledge.documents import Article
from hybrid_agent.knowledge.errors import ArticleError
from hybrid_agent.knowledge.passages import Passage
from hybrid_agent.knowledge.sentences import is_table_row, split_keeping_space, table_header

PASSAGE_WORDS = 80
"""A section up to this many words stays one passage: of 80, 100, 140 and 160 words on real help centres, the
shortest were found best, by meaning and by words (docs/knowledge.md)."""

_PATH_SEPARATOR = "\x1f"
_HEADING = re.compile(r"\A(#+)\s+(.*?)\s*#*\s*(?:\n|\Z)")
_ANCHOR = re.compile(r"\s*\{#([^\s{}]+)\}\s*$")
_NOTE = re.compile(r"[ \t]?\[(?:\\?\[)?\^?\d{1,3}(?:\\?\])?\](?:\([^()\s]*\)|:)?")
"""Marks of notes would be taken for the citations of an answer."""


@dataclass(frozen=True, slots=True)
class _Section:
    """A stretch of text under its path of headings; `anchor` is the id that its heading gives itself."""

    level: int
    path: tuple[str, ...]
    anchor: str | None
    text: str


def passages_of(articles: Sequence[Article], where: str) -> tuple[Passage, ...]:
    """Splits the articles of a file; imports LlamaIndex, so call it only when the index must be built.

    A heading may name its own anchor: `## Cost {#cost-eu}`. Raises ArticleError if there is no
    text; it calls the file `where`.
    """
    passages = tuple(passage for article in articles for passage in _split_article(article))
    if not passages:
        raise ArticleError(where, "has headings but no text under them. Write it or delete the file.")
    return passages


def anchor_of(heading: str) -> str:
    """The fragment that Markdown renderers give a heading: lower case, spaces to hyphens, no punctuation."""
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.strip().lower()))


@cache
def _pipeline() -> Any:
    """LlamaIndex's ingestion; its own cache is off, for what is unchanged never comes here."""
    from llama_index.core.ingestion import IngestionPipeline
    from llama_index.core.node_parser import MarkdownNodeParser

    headings = MarkdownNodeParser(header_path_separator=_PATH_SEPARATOR, include_prev_next_rel=False)
    return IngestionPipeline(transformations=[headings], disable_cache=True)


@cache
def _long_section_splitter() -> Any:
    from llama_index.core.node_parser import SentenceSplitter

    return SentenceSplitter(
        chunk_size=PASSAGE_WORDS,
        chunk_overlap=0,
        tokenizer=str.split,
        paragraph_separator="\n\n",
        chunking_tokenizer_fn=split_keeping_space,
    )


def _split_article(article: Article) -> Iterator[Passage]:
    sections = list(_sections(article))
    title = article.about.title or _top_heading(sections) or _in_words(article.id)
    anchors: dict[str, int] = {}
    ordinals: Counter[str] = Counter()
    for each in sections:
        anchor = each.anchor or (_unique(anchor_of(each.path[-1]), anchors) if each.path else "")
        section = each.path[1:] if each.path and each.path[0] == title else each.path
        linked = anchor if each.anchor or (section and article.linked) else ""
        text = _NOTE.sub("", each.text).strip()
        for part in _parts(text) if text else ():
            yield _passage(article, title, section, linked, f"{anchor}:{ordinals[anchor]}", part)
            ordinals[anchor] += 1


def _sections(article: Article) -> Iterator[_Section]:
    from llama_index.core.schema import Document

    for node in _pipeline().run(documents=[Document(text=article.body)]):
        content = node.get_content()
        parents = [part for part in str(node.metadata["header_path"]).split(_PATH_SEPARATOR) if part]
        heading = _HEADING.match(content)
        if heading is None:
            yield _Section(0, (), None, content.strip())
        else:
            own = _ANCHOR.search(heading.group(2))
            path = tuple(_ANCHOR.sub("", part) for part in (*parents, heading.group(2)))
            yield _Section(
                len(heading.group(1)), path, own.group(1) if own else None, content[heading.end() :].strip()
            )


def _top_heading(sections: Sequence[_Section]) -> str | None:
    return next((section.path[-1] for section in sections if section.level == 1), None)


def _in_words(article: str) -> str:
    name = re.sub(r"[-_\s]+", " ", article.rsplit("/", 1)[-1]).strip()
    return name[:1].upper() + name[1:] or article


def _unique(anchor: str, used: dict[str, int]) -> str:
    count = used.get(anchor, 0)
    used[anchor] = count + 1
    return f"{anchor}-{count}" if count else anchor


def _parts(text: str) -> Iterator[str]:
    """The parts of a section; a part that begins inside a table gets the table's header again."""
    lines = text.splitlines()
    row = 0
    for part in _long_section_splitter().split_text(text):
        first = part.splitlines()[0]
        if is_table_row(first) and first in lines[row:]:
            row = lines.index(first, row)
            header = table_header(lines, row)
            yield f"{header}\n{part}" if header and not header.startswith(first) else part
        else:
            yield part


def _passage(
    article: Article, title: str, section: tuple[str, ...], anchor: str, place: str, text: str
) -> Passage:
    about = article.about
    base = about.url or article.source
    return Passage(
        id=f"{article.id}#{place}",
        article=article.id,
        title=title,
        section=section,
        url=f"{base.split('#')[0]}#{anchor}" if anchor else base,
        text=text,
        source=article.source,
        updated=about.updated,
        valid_from=about.valid_from,
        valid_until=about.valid_until,
        audience=about.audience,
        locale=about.locale,
        product=about.product,
        tags=about.tags,
    )
