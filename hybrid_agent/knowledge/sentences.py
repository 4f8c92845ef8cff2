"""Splits Markdown into the smallest pieces that can be quoted: sentences, list items, table rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^\s*\|(?:\s*:?-+:?\s*\|)+\s*$")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'\u201d\u2019)\]*_]*\s+(?=[\"'\u201c\u2018(\[*_]*[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|approx|incl|excl|max|min|vs|st|mr|mrs|ms|dr|p\.m|a\.m)|\b[A-Z])\.$",
    re.IGNORECASE,
)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(\*{1,3}|_{2,3}|`)(?=\S)(.+?)(?<=\S)\1")


@dataclass(frozen=True, slots=True)
class Unit:
    """A quotable piece: `quote` verbatim from the Markdown, `text` the same for a reader.

    `prose` is False for a list item or table row, which stands on its own.
    """

    quote: str
    text: str
    prose: bool = True


@lru_cache(4096)
def units(markdown: str) -> tuple[Unit, ...]:
    """The pieces of a passage in order; a table row carries its column names in `text`."""
    return tuple(_units(markdown))


def split_keeping_space(markdown: str) -> list[str]:
    """Cuts before every sentence, list item and table row; the parts joined give the input again."""
    cuts: list[int] = []
    position = 0
    for line in markdown.splitlines(keepends=True):
        if _ITEM.match(line) or _ROW.match(line):
            cuts.append(position)
        else:
            cuts.append(position)
            cuts.extend(position + offset for offset in _sentence_starts(line))
        position += len(line)
    edges = [*sorted({0, *cuts}), len(markdown)]
    return [markdown[start:end] for start, end in pairwise(edges) if end > start]


def table_header(lines: list[str], row: int) -> str | None:
    """The header and rule above the table row `lines[row]` as Markdown; None where there is none."""
    for index in range(row, 0, -1):
        if not _ROW.match(lines[index]):
            return None
        if _RULE.match(lines[index]) and _ROW.match(lines[index - 1]):
            return f"{lines[index - 1]}\n{lines[index]}"
    return None


def is_table_row(line: str) -> bool:
    """Whether a line of Markdown is a row (or header or rule) of a table."""
    return bool(_ROW.match(line))


def plain(markdown: str) -> str:
    """Markdown marks removed: links keep their words, emphasis its text, lists and quotes lose the bullet."""
    text = _LINK.sub(r"\1", _ITEM.sub("", markdown.strip()))
    text = _EMPHASIS.sub(r"\2", text)
    return " ".join(text.lstrip("> ").split())


def _units(markdown: str) -> Iterator[Unit]:
    paragraph: list[str] = []
    columns: list[str] = []
    lines = markdown.splitlines()
    for number, line in enumerate(lines):
        starts_block = not line.strip() or _ITEM.match(line) or _ROW.match(line)
        if starts_block:
            yield from _sentences("\n".join(paragraph))
            paragraph = []
        if not _ROW.match(line):
            columns = []
            if line.strip():
                paragraph.append(line)
        elif number + 1 < len(lines) and _RULE.match(lines[number + 1]):
            columns = _cells(line)
        elif not _RULE.match(line):
            yield Unit(quote=line.strip(), text=_row_text(columns, _cells(line)), prose=False)
    yield from _sentences("\n".join(paragraph))


def _sentences(block: str) -> Iterator[Unit]:
    start = 0
    for end in [*_sentence_starts(block), len(block)]:
        quote = block[start:end].strip()
        if text := plain(quote):
            yield Unit(quote=quote, text=text, prose=not _ITEM.match(block))
        start = end


def _sentence_starts(text: str) -> Iterator[int]:
    for match in _SENTENCE_END.finditer(text):
        head = text[: match.start()].rstrip("\"'\u201d\u2019)]*_")
        if not _ABBREVIATION.search(head) and not _ITEM.fullmatch(text[: match.end()]):
            yield match.end()


def _cells(row: str) -> list[str]:
    return [plain(cell) for cell in row.strip().strip("|").split("|")]


def _row_text(columns: list[str], cells: list[str]) -> str:
    if len(columns) != len(cells):
        return ", ".join(cell for cell in cells if cell)
    return "; ".join(
        f"{column}: {cell}" if column else cell for column, cell in zip(columns, cells, strict=True)
    )
