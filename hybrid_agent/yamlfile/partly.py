"""A file that is mostly a list: what is wrong with one item does not take the others away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic

import yaml
from pydantic import ValidationError

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.yamlfile.nodes import compose, construct, line_of
from hybrid_agent.yamlfile.reading import Model, complaint, read_model, refusal, telling

OUTSIDE = -1
"""The place of what is no item."""


@dataclass(frozen=True, slots=True)
class Partly(Generic[Model]):
    """What could be read: the model with the good items (None: there is none), and their lines.

    `problems` are about the other items, `FILE:LINE: ...` each.
    """

    model: Model | None
    lines: tuple[int, ...]
    problems: tuple[str, ...] = ()


def read_partly(path: Path, model: type[Model], key: str) -> Partly[Model]:
    """The file as a `model` with those items of the list under `key` that are right.

    Raises ConfigurationError where it is no such file, or something outside of the list is wrong.
    """
    root = compose(path)
    items = _items(root, key)
    if root is None or not items:
        return Partly(read_model(path, model), ())
    data, problems = _constructed(items, path)
    frame = construct(_without(root, key), path)
    wrong = _wrong(model, {**frame, key: list(data.values())}, (root, key, list(data)), path)
    problems += [each for place in sorted(wrong) for each in wrong[place]]
    if OUTSIDE in wrong and data:
        raise refusal(problems)
    good = [place for place in data if place not in wrong]
    lines = tuple(line_of(root, (key, place)) for place in good)
    read = model.model_validate({**frame, key: [data[place] for place in good]}) if good else None
    return Partly(read, lines, tuple(problems))


def _items(root: yaml.Node | None, key: str) -> Sequence[yaml.Node]:
    pairs = root.value if isinstance(root, yaml.MappingNode) else ()
    lists = [value for name, value in pairs if name.value == key and isinstance(value, yaml.SequenceNode)]
    return lists[0].value if len(lists) == 1 else ()


def _constructed(items: Sequence[yaml.Node], path: Path) -> tuple[dict[int, Any], list[str]]:
    """The items by their places, and what is wrong with those that are no plain data."""
    data, problems = dict[int, Any](), list[str]()
    for place, item in enumerate(items):
        try:
            data[place] = construct(item, path)
        except ConfigurationError as error:
            problems.append(str(error))
    return data, problems


def _without(root: yaml.Node, key: str) -> yaml.Node:
    rest = [(name, value) for name, value in root.value if name.value != key]
    return yaml.MappingNode(root.tag, rest, root.start_mark, root.end_mark)


def _wrong(
    model: type[Model],
    data: Mapping[str, Any],
    listed: tuple[yaml.Node, str, Sequence[int]],
    path: Path,
) -> dict[int, list[str]]:
    """The complaints about each item by its place in the file, and those about the rest under OUTSIDE."""
    root, key, places = listed
    wrong = dict[int, list[str]]()
    try:
        model.model_validate(data)
    except ValidationError as error:
        for problem in telling(error):
            place, loc = OUTSIDE, problem["loc"]
            if len(loc) > 1 and loc[0] == key and isinstance(loc[1], int):
                place = places[loc[1]]
                loc = (key, place, *loc[2:])
            wrong.setdefault(place, []).append(complaint(path, root, {**problem, "loc": loc}))
    return wrong
