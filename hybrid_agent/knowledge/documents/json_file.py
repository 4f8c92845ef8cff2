"""JSON files: lists of questions and answers, and the exports of help desks."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from hybrid_agent.knowledge.documents.decoding import text_of
from hybrid_agent.knowledge.documents.document import Document, Draft
from hybrid_agent.knowledge.documents.records import Record, drafts_of, field_name, has_names
from hybrid_agent.knowledge.errors import ArticleError

_DEEPEST = 4


def read_json(document: Document) -> tuple[Draft, ...]:
    """An article for each entry of the lists of questions and answers, or of titles and bodies.

    An object that maps questions to answers will do. Raises ArticleError for another shape.
    """
    lists = sorted(_lists(_value(document), _DEEPEST), key=len, reverse=True)
    if not lists:
        raise ArticleError(
            document.where,
            "no list of entries with a question and an answer (or a title and a body) in it. Export it as "
            '[{"question": "...", "answer": "..."}].',
        )
    alike = [each for each in lists if _answered_by(each) == _answered_by(lists[0])]
    entries = [entry for each in alike for entry in each]
    return drafts_of([(f"entry {at}", entry) for at, entry in enumerate(entries, start=1)], document)


def _answered_by(entries: Sequence[Record]) -> str | None:
    """The name of the field with the answers: lists beside the articles, as of sections, have another."""
    return field_name([name for entry in entries for name in entry], "answer")


def _value(document: Document) -> Any:
    try:
        return json.loads(text_of(document), object_pairs_hook=partial(_object, document.where))
    except json.JSONDecodeError as error:
        raise ArticleError(
            f"{document.where}, line {error.lineno}", f"is not JSON ({error.msg}). Export it again."
        ) from error
    except ValueError as error:
        problem = "holds a number of thousands of digits. Take it out, or write it as text."
        raise ArticleError(document.where, problem) from error
    except RecursionError as error:
        raise ArticleError(document.where, "is nested too deeply. Export the articles alone.") from error


def _object(where: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for at, name in enumerate(names) if name in names[:at])
        raise ArticleError(where, f"an object has {twice!r} twice. Leave one of them out.")
    return found


def _lists(value: Any, depth: int, base: str = "") -> Iterator[list[Record]]:
    """Lists of which most entries have both; `base` is what links within start from."""
    if depth == 0:
        return
    if isinstance(value, dict):
        if pairs := _pairs(value):
            yield pairs
        for each in value.values():
            yield from _lists(each, depth - 1, _base(value) or base)
    elif isinstance(value, list):
        found = [_flat(each, base) for each in value if isinstance(each, dict)]
        if found and sum(has_names(list(each)) for each in found) * 2 > len(value):
            yield found
        else:
            for each in value:
                yield from _lists(each, depth - 1, base)


def _pairs(value: dict[str, Any]) -> list[Record]:
    """What maps questions to answers."""
    asks = all(isinstance(answer, str) and name.strip().endswith("?") for name, answer in value.items())
    return [{"question": name, "answer": answer} for name, answer in value.items()] if asks else []


def _flat(record: dict[str, Any], base: str) -> Record:
    """The record with the link and the day of the version that Confluence nests brought up."""
    links, version = record.get("_links"), record.get("version")
    extra: dict[str, Any] = {}
    if isinstance(links, dict) and isinstance(links.get("webui"), str):
        extra["webui"] = (_base(record) or base) + links["webui"]
    if isinstance(version, dict) and isinstance(version.get("when"), str):
        extra["when"] = version["when"]
    return {**record, **extra}


def _base(value: dict[str, Any]) -> str:
    links = value.get("_links")
    return str(links.get("base") or "") if isinstance(links, dict) else ""
