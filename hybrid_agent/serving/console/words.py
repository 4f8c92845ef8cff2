"""How values, times and names are written on the console's pages."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from hybrid_agent.catalog.phrasing import show

RECORD_ROOTS: Mapping[str, str] = {
    "slot": "the customer's words",
    "business": "the catalog's own setting",
    "policy": "the policy",
}
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of the text around them: with them 100 can be made to look like 001."""


def words(name: str) -> str:
    """A name of the catalog or the code in plain words: `asked_for_person` is `asked for person`."""
    return name.replace("_", " ").replace(".", " ").strip()


def heading(name: str) -> str:
    """The same as the heading of a row."""
    plain = words(name)
    return plain[:1].upper() + plain[1:]


def span(length: timedelta) -> str:
    """How long something takes, in its one or two largest units: `3 h 05 min`, `2 d 4 h`."""
    minutes = int(abs(length).total_seconds()) // 60
    if minutes < 1:
        return "under a minute"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes:02d} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"


def moment(at: datetime, zone: str) -> str:
    """A point in time as staff read it, where the shop is."""
    return f"{at.astimezone(ZoneInfo(zone)):%-d %b %Y, %H:%M}"


def source(origin: str) -> str:
    """Where an argument's value came from, in words: `slot.reason`, `order.number`, `person:mia`."""
    if origin.startswith("person:"):
        return f"changed by {origin.removeprefix('person:')}"
    root, _, rest = origin.partition(".")
    place = RECORD_ROOTS.get(root, f"the record {words(root)}")
    return f"{place}: {words(rest)}" if rest else place


def visible(text: str) -> str:
    """The text without what would hide or reorder what stands around it."""
    return "".join(
        each
        for each in text
        if each == "\n" or (unicodedata.category(each) not in ("Cc", "Cs", "Co") and each not in _TURNING)
    )


def value(data: JsonValue) -> str:
    """One value in a line."""
    return visible(show(data))


def rows(data: JsonValue) -> list[tuple[str, str]]:
    """A record as rows of heading and value; what is empty has none."""
    if not isinstance(data, dict):
        return [("", value(data))]
    return [(heading(name), value(each)) for name, each in data.items() if each not in (None, "", [], {})]
