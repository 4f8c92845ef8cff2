"""`name=value` words into the arguments of an edited action."""

import shlex
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import yaml

from hybrid_agent.cli.failing import NotPossibleError


def edited(arguments: Mapping[str, Any], words: str) -> dict[str, Any]:
    """The arguments that `name=value` or `name.part=value` words change, each one whole.

    A value is YAML; where a text is replaced it is taken as it stands. Raises NotPossibleError.
    """
    result, changed = deepcopy(dict(arguments)), dict[str, Any]()
    for word in _split(words):
        path, equals, value = word.partition("=")
        if not equals or not path:
            raise NotPossibleError(f"{word!r} is not name=value, such as amount.amount=50")
        _put(result, path.split("."), value, path)
        name = path.partition(".")[0]
        changed[name] = result[name]
    if not changed:
        raise NotPossibleError("name what is to change as name=value, such as amount.amount=50")
    return changed


def _split(words: str) -> list[str]:
    try:
        return shlex.split(words)
    except ValueError as error:
        raise NotPossibleError(f"the quotes do not match: {error}") from None


def _put(inside: dict[str, Any], parts: list[str], value: str, path: str) -> None:
    name, *deeper = parts
    if not deeper:
        inside[name] = value if isinstance(inside.get(name), str) else _value(value, path)
        return
    under = inside.setdefault(name, {})
    if not isinstance(under, dict):
        raise NotPossibleError(f"{path!r}: {name} is a single value without parts")
    _put(under, deeper, value, path)


def _value(text: str, path: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise NotPossibleError(f"{path!r}: {text!r} is not a value; put quotes around texts") from None
