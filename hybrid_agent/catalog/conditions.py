"""Conditions that a support lead writes in YAML, and whether they hold.

    when:
      order.status: [shipped, delivered]        # equal to one of these
      quote.refundable.amount: {above: 0, at_most: 150}
      order.tracking: {present: true}

All lines must hold. A path that leads nowhere holds only for `present: false`.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from pydantic import BaseModel, ConfigDict, JsonValue, model_validator

from hybrid_agent.catalog.paths import Path, Scope, look_up

Scalar = bool | int | float | str


class Bounds(BaseModel):
    """Limits on a number (or a date in ISO form); a limit may itself be a path to a value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    above: Decimal | Path | None = None
    below: Decimal | Path | None = None
    at_least: Decimal | Path | None = None
    at_most: Decimal | Path | None = None
    present: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Bounds":
        if not self.model_fields_set:
            raise ValueError("say at least one of above, below, at_least, at_most, present")
        return self


Test = Bounds | Scalar | tuple[Scalar, ...]
Condition = Mapping[Path, Test]


def holds(condition: Condition, scope: Scope) -> bool:
    """Whether every line of the condition is true in this scope."""
    return all(_test(test, look_up(scope, path), scope) for path, test in condition.items())


def _test(test: Test, value: JsonValue, scope: Scope) -> bool:
    if isinstance(test, Bounds):
        return _within(test, value, scope)
    if isinstance(test, tuple):
        return any(_equal(option, value) for option in test)
    return _equal(test, value)


def _equal(wanted: Scalar, value: JsonValue) -> bool:
    if isinstance(wanted, bool) or isinstance(value, bool):
        return wanted is value
    return value is not None and (wanted == value or str(wanted) == str(value))


def _within(bounds: Bounds, value: JsonValue, scope: Scope) -> bool:
    if bounds.present is not None and bounds.present != (value not in (None, [], "", {})):
        return False
    limits = [
        (bounds.above, lambda v, limit: v > limit),
        (bounds.below, lambda v, limit: v < limit),
        (bounds.at_least, lambda v, limit: v >= limit),
        (bounds.at_most, lambda v, limit: v <= limit),
    ]
    asked = [(limit, compare) for limit, compare in limits if limit is not None]
    return all(_compare(compare, value, limit, scope) for limit, compare in asked)


def _compare(compare, value: JsonValue, limit: Decimal | str, scope: Scope) -> bool:  # type: ignore[no-untyped-def]
    number = _number(value)
    other = limit if isinstance(limit, Decimal) else _number(look_up(scope, limit))
    return number is not None and other is not None and bool(compare(number, other))


def _number(value: JsonValue) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
