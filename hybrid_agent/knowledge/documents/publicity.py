"""Which records of an export are out, and for whom: what cannot be read is never taken for public."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from hybrid_agent.knowledge.documents.about import PUBLIC
from hybrid_agent.knowledge.errors import ArticleError
from hybrid_agent.knowledge.passages import Audience

AUDIENCE: Final = ("audience", "visibility")
"""Names of fields that say for whom a record is."""

_STATE = ("state", "status", "visibility")
_INTERNAL = ("internal", "is_internal", "internal_only", "private", "is_private")
_SEGMENT = ("user_segment_id", "user_segment_ids")
_OPEN = ("public", "is_public")
_DRAFT = ("draft", "is_draft")
_PUBLISHED = ("published", "is_published")
_NO = frozenset({"false", "no", "n", "f", "off", "0", "0.0"})
_DRAFTS = frozenset({"draft", "archived", "unpublished", "trash", "trashed", "deleted", "pending"})
_STAFF = frozenset({"internal", "private", "staff"})
_CUSTOMERS = PUBLIC | {"customer", "published", "visible"}
_FRESHDESK_DRAFT = "1"


def audience_of(record: Mapping[str, Any], where: str) -> Audience | None:
    """For whom a record is, None where it does not say; of several answers the strictest.

    Raises ArticleError where it says so in words that are not known.
    """
    if (
        any(not _is_no(value) for value in _values(record, _INTERNAL))
        or any(_is_no(value) for value in _values(record, _OPEN))
        or any(True for _ in _values(record, _SEGMENT))
        or any(word in _STAFF for value in _values(record, _STATE) for word in _words(value))
    ):
        return "internal"
    said = list(_values(record, AUDIENCE))
    if not said:
        return None
    words = [word for value in said for word in _words(value)]
    if any(word in _STAFF for word in words):
        return "internal"
    if not words or any(word not in _CUSTOMERS for word in words):
        problem = f"what it says about itself is wrong: `audience` cannot be {said[0]!r}."
        raise ArticleError(where, f"{problem} Write 'customer' or 'internal'.")
    return "customer"


def is_draft(record: Mapping[str, Any]) -> bool:
    """Whether a record is not out, or no longer."""
    states = [word for value in _values(record, _STATE) for word in _words(value)]
    return (
        any(not _is_no(value) for value in _values(record, _DRAFT))
        or any(_is_no(value) for value in _values(record, _PUBLISHED))
        or any(state in _DRAFTS for state in states)
        or (any(True for _ in _values(record, ("agent_id",))) and _FRESHDESK_DRAFT in states)
    )


def plain_name(name: str) -> str:
    """A field's name in lower case, its words parted by `_`."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def _values(record: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Any]:
    """The values that are not empty of all fields of these names, however their case is."""
    for name, value in record.items():
        empty = value in (None, "", [], {}) and not isinstance(value, bool)
        if plain_name(name) in names and not empty and not (isinstance(value, str) and not value.strip()):
            yield value


def _is_no(value: Any) -> bool:
    return str(value).strip().lower() in _NO


def _words(value: Any) -> Iterator[str]:
    """What a value says: of a list its parts, of a mapping its texts and the names that hold."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from (plain_name(name),) if each is True else _words(each) if each is not False else ()
    elif isinstance(value, list):
        for each in value:
            yield from _words(each)
    elif value is not None:
        yield str(value).strip().lower()
