"""Conditions that a support lead writes in YAML, and whether they hold.

    when:
      order.status: [shipped, delivered]        # equal to one of these
      quote.refundable.amount: {above: 0, at_most: 150}
      order.tracking: {present: true}

All lines must hold. A path that leads nowhere holds only for `present: false`. A path through a list
(`orders.items[].is_open: true`) holds where one of its items does.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from operator import ge, gt, le, lt
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue, model_validator

from hybrid_agent.catalog.paths import Path, Scope, look_up

Scalar = bool | int | float | str


class Bounds(BaseModel):
    """Limits on a number, or on a date by the path of another; `same_as` is the path of an equal value.

    A point in time is compared with a plain date by its day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    above: Decimal | Path | None = None
    below: Decimal | Path | None = None
    at_least: Decimal | Path | None = None
    at_most: Decimal | Path | None = None
    same_as: Path | None = None
    present: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Bounds":
        if not self.model_fields_set:
            raise ValueError("say at least one of above, below, at_least, at_most, same_as, present")
        return self


Test = Bounds | Scalar | tuple[Scalar, ...]
Condition = Mapping[Path, Test]


def holds(condition: Condition, scope: Scope) -> bool:
    """Whether every line of the condition is true in this scope."""
    return all(_test(test, look_up(scope, path), scope) for path, test in condition.items())


def condition_paths(condition: Condition) -> Iterator[str]:
    """The paths that a condition looks up, those of its limits included."""
    for path, test in condition.items():
        yield path
        if isinstance(test, Bounds):
            limits = (test.above, test.below, test.at_least, test.at_most, test.same_as)
            yield from (limit for limit in limits if isinstance(limit, str))


def surely_not(condition: Condition, scope: Scope) -> bool:
    """Whether the condition does not hold, and everything that it looks at is known."""
    known = all(look_up(scope, path) is not None for path in condition_paths(condition))
    return known and not holds(condition, scope)


def _test(test: Test, value: JsonValue, scope: Scope) -> bool:
    if isinstance(test, Bounds):
        if test.present is not None and test.present != (value not in (None, [], "", {})):
            return False
        if test.model_fields_set == {"present"}:
            return True
    items = value if isinstance(value, list) else [value]
    return any(_passes(test, item, scope) for item in items)


def _passes(test: Test, value: JsonValue, scope: Scope) -> bool:
    if isinstance(test, Bounds):
        return _within(test, value, scope)
    if isinstance(test, tuple):
        return any(_equal(option, value) for option in test)
    return _equal(test, value)


def _equal(wanted: JsonValue, value: JsonValue) -> bool:
    if isinstance(wanted, bool) or isinstance(value, bool):
        return wanted is value
    return value is not None and (wanted == value or str(wanted) == str(value))


def _within(bounds: Bounds, value: JsonValue, scope: Scope) -> bool:
    if bounds.same_as is not None and not _equal(look_up(scope, bounds.same_as), value):
        return False
    limits = (
        (bounds.above, gt),
        (bounds.below, lt),
        (bounds.at_least, ge),
        (bounds.at_most, le),
    )
    return all(_compare(compare, value, limit, scope) for limit, compare in limits if limit is not None)


def _compare(
    compare: Callable[[Any, Any], bool], value: JsonValue, limit: Decimal | str, scope: Scope
) -> bool:
    other = limit if isinstance(limit, Decimal) else look_up(scope, limit)
    numbers = _number(value), _number(other)
    if None not in numbers:
        return bool(compare(*numbers))
    moments = _moment(value), _moment(other)
    if None in moments:
        return False
    if any(isinstance(moment, datetime) and moment.tzinfo is None for moment in moments):
        return False
    if not all(isinstance(moment, datetime) for moment in moments):
        moments = _day(moments[0]), _day(moments[1])
    return bool(compare(*moments))


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _moment(value: object) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        return None


def _day(moment: date | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment
