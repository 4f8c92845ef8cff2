"""Conditions in a catalog: what they promise for any value that a system may give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, TypeAdapter

from hybrid_agent.catalog import Condition, holds
from hybrid_agent.catalog.conditions import Bounds

CONDITION: TypeAdapter[Condition] = TypeAdapter(Condition)
SCOPE: dict[str, JsonValue] = {
    "order": {
        "status": "shipped",
        "total": {"amount": "129.90", "currency": "EUR"},
        "is_open": True,
        "placed_at": "2026-11-20T09:30:00+01:00",
        "shipping_address": {"country": "NL"},
        "lines": [{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 3}],
        "shipments": [],
        "tracking": "",
        "number": 1044,
    },
    "slot": {"day": "2026-11-20", "country": "NL", "limit": 100},
}

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
paths = st.sampled_from(["a", "b.c", "a.b.c", "a.b[].c", "a[].b", "x.y", "slot.a"])
limits = st.decimals(allow_nan=False, allow_infinity=False) | paths
orders = st.fixed_dictionaries({}, optional=dict.fromkeys(("above", "below", "at_least", "at_most"), limits))
bounds = orders.filter(bool).map(Bounds.model_validate)
tests = bounds | st.builds(Bounds, same_as=paths) | st.builds(Bounds, present=st.booleans()) | st.text()
conditions = st.dictionaries(paths, tests, max_size=3)
scopes = st.dictionaries(st.sampled_from(["a", "b", "slot"]), json_values, max_size=3)


def condition(**lines: object) -> Condition:
    return CONDITION.validate_python({path.replace("__", "."): test for path, test in lines.items()})


@pytest.mark.parametrize(
    "lines",
    [
        {"order__status": "shipped"},
        {"order__status": ["delivered", "shipped"]},
        {"order__number": "1044"},
        {"order__is_open": True},
        {"order__total__amount": {"above": 129, "at_most": "129.90"}},
        {"order__total__amount": {"above": "slot.limit"}},
        {"order__placed_at": {"at_least": "slot.day", "at_most": "slot.day"}},
        {"order__shipping_address__country": {"same_as": "slot.country"}},
        {"order__lines[]__sku": "B"},
        {"order__lines[]__quantity": {"above": 2}},
        {"order__lines[]__sku": {"present": True}},
        {"order__shipments": {"present": False}},
        {"order__tracking": {"present": False}},
        {"order__carrier__name": {"present": False}},
        {},
    ],
)
def test_a_true_condition_holds(lines: dict[str, object]) -> None:
    """What is so of the facts is found to be so."""
    assert holds(condition(**lines), SCOPE)


@pytest.mark.parametrize(
    "lines",
    [
        {"order__status": "delivered"},
        {"order__status": ["delivered", "returned"]},
        {"order__is_open": "True"},
        {"order__is_open": 1},
        {"order__number": True},
        {"order__total__amount": {"above": "129.90"}},
        {"order__total__amount": {"above": 1, "below": 2}},
        {"order__total__amount": {"above": "slot.nothing"}},
        {"order__status": {"above": 0}},
        {"order__placed_at": {"above": "slot.day"}},
        {"order__shipping_address__country": {"same_as": "slot.nothing"}},
        {"order__lines[]__sku": "C"},
        {"order__lines[]__quantity": {"above": 3}},
        {"order__shipments[]__status": "exception"},
        {"order__tracking": {"present": True}},
        {"order__status": "shipped", "order__is_open": False},
    ],
)
def test_a_false_condition_does_not_hold(lines: dict[str, object]) -> None:
    """One line that is not so is enough for the whole to fail."""
    assert not holds(condition(**lines), SCOPE)


@given(conditions, scopes)
def test_no_condition_raises(lines: Condition, scope: dict[str, JsonValue]) -> None:
    """Whatever a system gives, a condition holds or does not hold."""
    assert holds(lines, scope) in (True, False)


@given(bounds, scopes)
def test_what_is_missing_is_within_no_bounds(test: Bounds, scope: dict[str, JsonValue]) -> None:
    """A value that a system does not have never passes a limit, so that it can never unlock an action."""
    assert not holds({"nowhere.at.all": test}, scope)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2), scopes)
def test_a_missing_limit_lets_nothing_pass(value: object, scope: dict[str, JsonValue]) -> None:
    """A limit that is itself unknown is not a limit of zero or of infinity: it is not met."""
    facts = {**scope, "amount": str(value)}
    for side in ("above", "below", "at_least", "at_most", "same_as"):
        assert not holds({"amount": Bounds.model_validate({side: "nowhere.at.all"})}, facts)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-1e6, max_value=1e6))
def test_limits_compare_as_decimals(value: object) -> None:
    """Money is compared exactly, never by its spelling."""
    assert holds({"amount": Bounds(at_least=value, at_most=value)}, {"amount": f"{value:f}00"})


def test_a_bound_must_bound_something() -> None:
    """An empty test is a mistake in the catalog, not a test that always holds."""
    with pytest.raises(ValueError, match="at least one of above"):
        Bounds.model_validate({})
