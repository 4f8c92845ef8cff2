"""YAML as nodes that know their lines, and the plain data in them."""

import stat
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any

import yaml

from hybrid_agent.errors import ConfigurationError

MAX_BYTES = 5_000_000
MOST_VALUES = 1_000_000
"""Values of a file, those under an alias counted wherever it stands."""


def compose(path: Path) -> yaml.Node | None:
    """The file's root; None where it holds nothing. Raises ConfigurationError for what is no YAML."""
    text = _read_text(path)
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is not None and _count(root, {}) > MOST_VALUES:
            raise ConfigurationError("its aliases multiply", where=path, advice="Write fewer of them.")
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = error.problem or "is not YAML"
        raise ConfigurationError(
            problem,
            where=f"{path}:{line}",
            advice="Mend the YAML there: in { } and [ ] a text with ? : , or # wants quotes.",
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigurationError(f"is not YAML: {error}", where=path, advice="Mend the YAML.") from None
    return root


def construct(node: yaml.Node, path: Path) -> Any:
    """The node as plain data. Raises ConfigurationError for a repeated key and for what plain YAML is not."""
    _refuse_repeated_keys(node, path, seen=set())
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = error.problem or "cannot be read"
        raise ConfigurationError(problem, where=f"{path}:{line}", advice="Write it as plain YAML.") from None
    except (ValueError, LookupError, AttributeError, RecursionError):
        # PyYAML's own constructors fail so on a value that does not fit its `!!` tag.
        message = "a value does not fit its tag, or is nested too deeply"
        where = f"{path}:{node.start_mark.line + 1}"
        raise ConfigurationError(message, where=where, advice="Write it without `!!`.") from None
    finally:
        loader.dispose()


def line_of(node: yaml.Node | None, loc: Sequence[str | int]) -> int:
    """The line of the deepest part of `loc` that stands in the file."""
    line = 1 if node is None else node.start_mark.line + 1
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _read_text(path: Path) -> str:
    try:
        found = path.stat()
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
            # A pipe or a device may never end.
            raise ConfigurationError("is no file but a pipe or a device", where=path, advice="Name a file.")
        if found.st_size > MAX_BYTES:
            raise ConfigurationError("the file is over 5 MB", where=path, advice="Split or shorten it.")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        advice = "Check the path, or write a first one with: hybrid-agent init DIR"
        raise ConfigurationError("there is no such file", where=path, advice=advice) from None
    except UnicodeDecodeError as error:
        advice = "Save the file as UTF-8."
        raise ConfigurationError(f"byte {error.start} is not UTF-8", where=path, advice=advice) from None
    except OSError as error:
        advice = "Check that it is a file that you may read."
        raise ConfigurationError(f"cannot be read: {error.strerror}", where=path, advice=advice) from None


def _count(node: yaml.Node, known: dict[int, int]) -> int:
    """The values under a node, an alias counted wherever it stands."""
    if not isinstance(node, yaml.CollectionNode):
        return 1
    if id(node) not in known:
        known[id(node)] = 1
        inner = (each for item in node.value for each in (item if isinstance(item, tuple) else (item,)))
        known[id(node)] = 1 + sum(_count(each, known) for each in inner)
    return known[id(node)]


def _refuse_repeated_keys(node: yaml.Node, path: Path, seen: set[int]) -> None:
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(item, path, seen)
    elif isinstance(node, yaml.MappingNode):
        keys: dict[Hashable, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise ConfigurationError("a key must be a word", where=f"{path}:{line}")
            if key.value in keys:
                message = f"the key {key.value!r} stands twice, first in line {keys[key.value]}"
                raise ConfigurationError(message, where=f"{path}:{line}", advice="Keep one of them.")
            keys[key.value] = line
            _refuse_repeated_keys(value, path, seen)
