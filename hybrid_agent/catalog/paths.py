"""Dotted paths into facts, slots and results: the one way in which the catalog points at a value."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import JsonValue, StringConstraints

PATTERN = r"[a-z_][a-z0-9_]*(?:\[\])?(?:\.[a-z_][a-z0-9_]*(?:\[\])?)*"
Path = Annotated[str, StringConstraints(pattern=f"^{PATTERN}$", max_length=200)]
"""`order.status`, `slot.order_number`, `orders.items[].number` (a list: that field of each)."""

Scope = Mapping[str, JsonValue]
"""What paths are looked up in: facts by name, and the reserved roots below."""

RESERVED = ("slot", "argument", "result", "business", "policy")


def look_up(scope: Scope, path: str) -> JsonValue:
    """The value at `path`, or None where any part of it is missing."""
    value: JsonValue = dict(scope)
    parts = path.split(".")
    for position, part in enumerate(parts):
        name, each = part.removesuffix("[]"), part.endswith("[]")
        value = value.get(name) if isinstance(value, Mapping) else None
        if each and isinstance(value, list):
            rest = ".".join(parts[position + 1 :])
            items = [look_up(item, rest) if rest and isinstance(item, dict) else item for item in value]
            return [item for item in items if item is not None]
    return value
