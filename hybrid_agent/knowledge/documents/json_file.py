"""JSON files: lists of questions and answers, and the exports of help desks."""

import json
from collections.abc import Iterator
from typing import Any

from hybrid_agent.knowledge.documents.decoding import text_of
from hybrid_agent.knowledge.documents.document import Document, Draft
from hybrid_agent.knowledge.documents.records import Record, drafts_of, has_names
from hybrid_agent.knowledge.errors import ArticleError

_DEEPEST = 4


def read_json(document: Document) -> tuple[Draft, ...]:
    """An article for each entry of the longest list of questions and answers, or of titles and bodies.

    An object that maps questions to answers will do. Raises ArticleError for another shape.
    """
    value = _value(document)
    lists = sorted(_lists(value, _DEEPEST), key=len, reverse=True)
    if not lists:
        raise ArticleError(
            document.where,
            "no list of entries with a question and an answer (or a title and a body) in it. Export it as "
            '[{"question": "...", "answer": "..."}].',
        )
    records = [(f"entry {number}", record) for number, record in enumerate(lists[0], start=1)]
    return drafts_of(records, document)


def _value(document: Document) -> Any:
    try:
        return json.loads(text_of(document))
    except json.JSONDecodeError as error:
        raise ArticleError(
            f"{document.where}, line {error.lineno}", f"is not JSON ({error.msg}). Export it again."
        ) from error
    except RecursionError as error:
        raise ArticleError(document.where, "is nested too deeply. Export the articles alone.") from error


def _lists(value: Any, depth: int) -> Iterator[list[Record]]:
    if depth == 0:
        return
    if isinstance(value, dict):
        if pairs := _pairs(value):
            yield pairs
        for each in value.values():
            yield from _lists(each, depth - 1)
    elif isinstance(value, list):
        found = [_flat(each) for each in value if isinstance(each, dict)]
        if (
            found
            and len(found) == len(value)
            and sum(has_names(list(each)) for each in found) * 2 > len(found)
        ):
            yield found
        else:
            for each in value:
                yield from _lists(each, depth - 1)


def _pairs(value: dict[str, Any]) -> list[Record]:
    """What maps questions to answers."""
    asks = all(isinstance(answer, str) and name.strip().endswith("?") for name, answer in value.items())
    return [{"question": name, "answer": answer} for name, answer in value.items()] if asks else []


def _flat(record: dict[str, Any]) -> Record:
    """The record with the links and the version that Confluence nests brought up."""
    links, version = record.get("_links"), record.get("version")
    extra: dict[str, Any] = {}
    if isinstance(links, dict) and isinstance(links.get("webui"), str):
        extra["webui"] = f"{links.get('base', '')}{links['webui']}"
    if isinstance(version, dict) and isinstance(version.get("when"), str):
        extra["when"] = version["when"]
    return {**record, **extra}
