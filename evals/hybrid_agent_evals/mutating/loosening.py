"""Conditions that let more through, or less, than the ones that stand in a catalog."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal

from hybrid_agent.catalog.conditions import Bounds, Condition, Scalar, Test

FACTOR = 10
BEYOND = Decimal(1000)
"""How far a limit of zero is moved."""

Told = tuple[Condition, str]
"""A condition, and what was done to it."""

LIMITS: Mapping[str, int] = {"above": -1, "at_least": -1, "below": 1, "at_most": 1}
"""The direction in which a limit lets more through."""
INCLUDING: Mapping[str, str] = {"above": "at_least", "below": "at_most"}
"""Limits that let more through when the limit itself counts."""
WHOLE = ("same_as", "present")
"""Bounds that hold or do not: they are taken away with their line."""


def without_lines(condition: Condition) -> Iterator[Told]:
    """Each line taken away, where others stay."""
    if len(condition) > 1:
        for path in condition:
            rest = {name: test for name, test in condition.items() if name != path}
            yield rest, f"no longer asks for {path}"


def looser_lines(condition: Condition, known: Mapping[str, Collection[Scalar]]) -> Iterator[Told]:
    """Each line made looser: limits moved, further values let in that the catalog knows of the same path."""
    for path, test in condition.items():
        for looser, words in _looser(test, known.get(path, ())):
            yield {**condition, path: looser}, f"{path} {words}"


def tighter_lines(condition: Condition) -> Iterator[Told]:
    """Each line made tighter: limits moved inwards, one value of several no longer let in."""
    for path, test in condition.items():
        if isinstance(test, Bounds):
            for name, limit in _numbers(test):
                moved = _moved(limit, -LIMITS[name])
                yield (
                    {**condition, path: _with(test, {name: moved})},
                    f"{path} {name} {moved}, not {limit}",
                )
        elif isinstance(test, tuple) and len(test) > 1:
            for left_out in test:
                rest = tuple(each for each in test if each != left_out)
                yield {**condition, path: rest}, f"{path} no longer {left_out}"


def disjoint(one: Condition, other: Condition) -> bool:
    """Whether no facts fit both: a path has values in the one that it has not in the other."""
    return any(
        set(mine).isdisjoint(theirs)
        for path in one.keys() & other.keys()
        if (mine := values(one[path])) and (theirs := values(other[path]))
    )


def values_by_path(conditions: Iterator[Condition]) -> dict[str, tuple[Scalar, ...]]:
    """Every value that a catalog compares a path with, in the order of their mention."""
    found: dict[str, dict[Scalar, None]] = {}
    for condition in conditions:
        for path, test in condition.items():
            found.setdefault(path, {}).update(dict.fromkeys(values(test)))
    return {path: tuple(named) for path, named in found.items()}


def _looser(test: Test, known: Collection[Scalar]) -> Iterator[tuple[Test, str]]:
    if isinstance(test, Bounds):
        for name, limit in _numbers(test):
            moved = _moved(limit, LIMITS[name])
            yield _with(test, {name: moved}), f"{name} {moved}, not {limit}"
            if name in INCLUDING:
                yield _with(test, {name: None, INCLUDING[name]: limit}), f"{INCLUDING[name]} {limit}"
        for name in LIMITS:
            if len(test.model_fields_set) > 1 and isinstance(getattr(test, name), str):
                yield _with(test, {name: None}), f"no longer {name} {getattr(test, name)}"
        return
    named = values(test)
    for other in known:
        if other not in named and not isinstance(other, bool):
            yield (*named, other), f"may also be {other}"


def _numbers(bounds: Bounds) -> Iterator[tuple[str, Decimal]]:
    for name in LIMITS:
        if isinstance(limit := getattr(bounds, name), Decimal):
            yield name, limit


def _moved(limit: Decimal, direction: int) -> Decimal:
    if limit == 0:
        return direction * BEYOND
    return limit * FACTOR if (limit > 0) == (direction > 0) else limit / FACTOR


def _with(bounds: Bounds, new: Mapping[str, object]) -> Bounds:
    given = {name: getattr(bounds, name) for name in bounds.model_fields_set} | dict(new)
    return Bounds.model_validate({name: value for name, value in given.items() if value is not None})


def values(test: Test) -> tuple[Scalar, ...]:
    """What a line lets through by name; nothing where it has bounds."""
    if isinstance(test, Bounds):
        return ()
    return test if isinstance(test, tuple) else (test,)
