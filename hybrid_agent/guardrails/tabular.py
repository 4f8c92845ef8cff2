"""Tables in a text, as Markdown or as lines of "Column: cell", apart from its prose."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from pydantic import JsonValue

_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*")
_ROW = re.compile(r"\s*\|.*\|\s*")
_NAMED = re.compile(r"\s*[^:;,|\n]{1,40}:\s[^:\n]{1,200}?(?:[;,]\s[^:;,|\n]{1,40}:\s[^:\n]{1,200}?)+\s*")
_CELL = re.compile(r"(?P<column>[^:;,\n]{1,40}):\s(?P<cell>.*?)(?:[;,]\s(?=[^:;,\n]{1,40}:\s)|$)")


def apart(text: str) -> tuple[str, list[JsonValue]]:
    """The prose of a text, and each row of its tables as a record from column to cell."""
    if ":" not in text and "|" not in text:
        return text, []
    prose, rows = list[str](), list[JsonValue]()
    for is_table, lines in groupby(text.splitlines(), key=lambda line: _ROW.fullmatch(line) is not None):
        if is_table:
            rows += _markdown(list(lines))
            continue
        for line in lines:
            if _NAMED.fullmatch(line):
                rows.append(
                    {match["column"].strip(): match["cell"].strip() for match in _CELL.finditer(line)}
                )
            else:
                prose.append(line)
    return "\n".join(prose), rows


def _markdown(lines: Sequence[str]) -> Iterator[JsonValue]:
    columns, *rest = [_cells(line) for line in lines if not _RULE.fullmatch(line)] or [[]]
    for cells in rest or [columns]:
        names = columns if rest and len(columns) == len(cells) else [""] * len(cells)
        yield {name or f"{place}": cell for place, (name, cell) in enumerate(zip(names, cells, strict=True))}


def _cells(row: str) -> list[str]:
    return [each.strip(" *_`") for each in row.strip().strip("|").split("|")]
