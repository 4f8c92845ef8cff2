"""Evidence as a model reads it: compact, and in the forms in which a customer would read it."""

import json
import re
from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from hybrid_agent.catalog.phrasing import show
from hybrid_agent.state import Evidence

MAX_FACT: Final = 1_500
"""Characters of one piece of evidence that are shown."""

_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


def fact_text(known: Evidence | JsonValue) -> str:
    """A passage's words, or data as JSON without what is empty; at most `MAX_FACT` characters."""
    if isinstance(known, Evidence):
        return short(known.text, MAX_FACT) if known.text else fact_text(known.data)
    if isinstance(known, str):
        return short(_written(known), MAX_FACT)
    written = json.dumps(_readable(known), ensure_ascii=False, separators=(",", ":"))
    return short(written, MAX_FACT)


def short(text: str, most: int) -> str:
    """The text, or its start up to a space: a number cut in two would be another number."""
    if len(text) <= most:
        return text
    start, space, _ = text[: most - 1].rpartition(" ")
    return (start if space else "") + "\u2026"


def _readable(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return _written(value)
    if isinstance(value, list):
        return [_readable(item) for item in value]
    if isinstance(value, Mapping):
        if set(value) == {"amount", "currency"} or "line1" in value:
            return show(dict(value))
        return {name: _readable(item) for name, item in value.items() if item not in (None, "", [], {})}
    return value


def _written(text: str) -> str:
    if _DATETIME.match(text):
        return f"{show(text)}, {show(text, 'time')}"
    return show(text)
