"""`name=value` words into the arguments of an edited action."""

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import yaml

from hybrid_agent.cli.failing import NotPossibleError

_PATH = re.compile(r"[a-zA-Z_][\w.]*")
_QUOTED = re.compile(r"""^(["'])(.*)\1$""")
_NEXT = re.compile(r"\s+(?=[a-zA-Z_][\w.]*=)")


def edited(arguments: Mapping[str, Any], words: str) -> dict[str, Any]:
    """The arguments that `name=value` or `name.part=value` words change, each one whole.

    A value is YAML and ends before the next name; where a text is replaced it is taken as it stands, without
    the quotes around it. Raises NotPossibleError.
    """
    result, changed = deepcopy(dict(arguments)), dict[str, Any]()
    for word in _NEXT.split(words.strip()):
        path, equals, value = word.partition("=")
        if not equals or not _PATH.fullmatch(path):
            raise NotPossibleError(f"{word!r} is not name=value, such as amount.amount=50")
        _put(result, path.split("."), value, path)
        name = path.partition(".")[0]
        changed[name] = result[name]
    return changed


def _put(inside: dict[str, Any], parts: list[str], value: str, path: str) -> None:
    name, *deeper = parts
    if not deeper:
        inside[name] = _QUOTED.sub(r"\2", value) if isinstance(inside.get(name), str) else _value(value, path)
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
