"""CSV files with a question and an answer in each row."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from hybrid_agent.knowledge.documents.decoding import text_of
from hybrid_agent.knowledge.documents.document import Document, Draft
from hybrid_agent.knowledge.documents.records import NAMES, Record, drafts_of, has_names
from hybrid_agent.knowledge.errors import ArticleError

_DELIMITERS = (",", ";", "\t", "|")


def read_csv(document: Document) -> tuple[Draft, ...]:
    """An article for each row; raises ArticleError where no columns for questions and answers are found."""
    text = text_of(document)
    try:
        for delimiter in _DELIMITERS:
            rows = list(_rows(text, delimiter))
            if rows and has_names(rows[0][1]):
                return drafts_of(list(_records(document, rows)), document)
    except csv.Error as error:
        raise ArticleError(document.where, f"is not CSV ({error}). Export it again.") from error
    known = {thing: ", ".join(NAMES[thing][:5]) for thing in ("question", "answer")}
    raise ArticleError(
        f"{document.where}, line 1",
        f"no columns for questions and answers. Name them in the first line, a question's column one of "
        f"{known['question']}, an answer's one of {known['answer']}.",
    )


def _rows(text: str, delimiter: str) -> Iterator[tuple[str, list[str]]]:
    """Every row that is not empty with the line that it begins on; Excel's `sep=` line is none."""
    reader, begins = csv.reader(StringIO(text), delimiter=delimiter), 1
    for row in reader:
        if any(cell.strip() for cell in row) and not (begins == 1 and row[0].startswith("sep=")):
            yield f"line {begins}", row
        begins = reader.line_num + 1


def _records(document: Document, rows: Sequence[tuple[str, list[str]]]) -> Iterator[tuple[str, Record]]:
    names = _apart(rows[0][1])
    for at, row in rows[1:]:
        if len(row) > len(names):
            raise ArticleError(
                f"{document.where}, {at}",
                f"{len(row)} cells, but {len(names)} columns. Put cells that hold the separator in quotes.",
            )
        yield at, dict(zip(names, (cell.strip() for cell in row), strict=False))


def _apart(names: Sequence[str]) -> list[str]:
    """Names of which none hides another: a column of a name that was there has spaces behind it."""
    return [name + " " * names[:at].count(name) for at, name in enumerate(names)]
