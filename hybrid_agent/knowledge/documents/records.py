"""Rows of an FAQ or articles of an export: which of their fields is what, by the names in use."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hybrid_agent.knowledge.documents.about import day_of, front_matter, locale_of, tags_of
from hybrid_agent.knowledge.documents.document import Document, Draft
from hybrid_agent.knowledge.documents.html import is_html, markdown_of
from hybrid_agent.knowledge.documents.publicity import AUDIENCE, audience_of, is_draft, plain_name
from hybrid_agent.knowledge.errors import ArticleError

Record = Mapping[str, Any]

NAMES: Mapping[str, Sequence[str]] = {
    "question": ("question", "q", "questions", "title", "subject", "name", "heading", "frage", "pregunta"),
    "answer": (
        *(
            "answer",
            "a",
            "answers",
            "accepted_answer",
            "response",
            "reply",
            "solution",
            "antwort",
            "respuesta",
        ),
        *("body", "content", "article_body", "html", "text", "description", "description_text"),
    ),
    "url": ("url", "html_url", "web_url", "permalink", "link", "source_url", "webui"),
    "updated": (
        *("updated", "updated_at", "last_updated", "modified", "modified_at", "last_modified"),
        *("date_modified", "edited_at", "updated_on", "when"),
    ),
    "valid_from": ("valid_from", "valid_since", "starts_at", "start_date"),
    "valid_until": ("valid_until", "valid_to", "valid_through", "expires", "expires_at", "end_date"),
    "audience": AUDIENCE,
    "locale": ("locale", "language", "lang", "in_language"),
    "product": ("product", "product_name"),
    "tags": ("tags", "labels", "label_names", "keywords"),
    "section": ("section", "category", "section_name", "category_name", "folder", "topic"),
}
"""For each thing the names of fields that hold it, the surest first."""

_INSIDE = ("rendered", "value", "html", "text", "view", "storage", "body", "name", "title")
_KEY = 60


def field(record: Record, thing: str) -> Any:
    """The record's value for one of `NAMES`, or None."""
    known = _plain(record)
    return next((known[name] for name in NAMES[thing] if known.get(name) not in (None, "", [], {})), None)


def field_name(names: Sequence[str], thing: str) -> str | None:
    """Which of the names of fields is the surest for one of `NAMES`."""
    known = {plain_name(name) for name in names}
    return next((name for name in NAMES[thing] if name in known), None)


def has_names(names: Sequence[str]) -> bool:
    """Whether fields of these names hold a question and an answer."""
    return all(field_name(names, thing) for thing in ("question", "answer"))


def drafts_of(records: Sequence[tuple[str, Record]], document: Document) -> tuple[Draft, ...]:
    """An article for each published record; `records` come with their place in the file, such as "line 3".

    Raises ArticleError with the places of records that have no answer.
    """
    published = [(at, record) for at, record in records if not is_draft(record)]
    for thing in ("question", "answer"):
        lacking = [at for at, record in published if not _words(field(record, thing))]
        if lacking:
            places = ", ".join(lacking[:5]) + " and more" * (len(lacking) > 5)
            raise ArticleError(document.where, f"no {thing} at {places}. Write it there or delete the entry.")
    used: dict[str, int] = {}
    return tuple(_draft(at, record, document, used) for at, record in published)


def _draft(at: str, record: Record, document: Document, used: dict[str, int]) -> Draft:
    where = f"{document.where}, {at}"
    title = " ".join(_words(field(record, "question")).split())
    url = field(record, "url") or document.url
    body = _words(field(record, "answer"))
    about = front_matter(
        {
            "title": title,
            "url": str(url) if url else None,
            "updated": day_of(str(field(record, "updated"))),
            "valid_from": _day(record, "valid_from"),
            "valid_until": _day(record, "valid_until"),
            "audience": audience_of(record, where),
            "locale": locale_of(_words(field(record, "locale"))),
            "product": _words(field(record, "product")) or None,
            "tags": (*_tags(field(record, "tags")), *_tags(field(record, "section"))),
        },
        where,
    )
    key = _key(title, used)
    return Draft(about=about, body=markdown_of(body, about.url, where) if is_html(body) else body, key=key)


def _plain(record: Record) -> Record:
    return {plain_name(name): value for name, value in record.items()}


def _words(value: Any) -> str:
    """The text of a value: of a list its parts, of a nested field what such fields call their text."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return "\n\n".join(part for part in map(_words, value) if part)
    if isinstance(value, dict):
        return next((words for name in _INSIDE if (words := _words(value.get(name)))), "")
    return ""


def _tags(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tags_of(words for each in value if (words := _words(each)))
    return tags_of(_words(value))


def _day(record: Record, thing: str) -> str | None:
    """The day as it stands; of a time only its day."""
    value = field(record, thing)
    return None if value is None else str(day_of(str(value)) or value)


def _key(title: str, used: dict[str, int]) -> str:
    key = re.sub(r"[^\w]+", "-", title.lower()).strip("-")[:_KEY].rstrip("-") or "article"
    count = used.get(key, 0)
    used[key] = count + 1
    return f"{key}-{count + 1}" if count else key
