"""Values of slots and facts in the form in which an operation's arguments take them."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, get_args
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, JsonValue


def fitted(value: JsonValue, annotation: Any, timezone: str) -> JsonValue:
    """The value without its empty parts; a plain date becomes its midnight where a moment is wanted."""
    if isinstance(value, Mapping):
        return {name: part for name, part in value.items() if part not in (None, "")}
    if isinstance(value, str) and takes_moment(annotation) and (day := _day(value)):
        return datetime.combine(day, time(), ZoneInfo(timezone)).isoformat()
    return value


def takes_moment(annotation: Any) -> bool:
    """Whether an argument of this annotation is a point in time."""
    return bool({AwareDatetime, datetime} & {annotation, *get_args(annotation)})


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        return None
