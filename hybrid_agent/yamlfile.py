"""YAML files read into pydantic models, with the file and line in every complaint."""

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from hybrid_agent.errors import ConfigurationError

Model = TypeVar("Model", bound=BaseModel)
MAX_BYTES = 5_000_000


def read_model(path: Path, model: type[Model]) -> Model:
    """The file as a `model`. Raises ConfigurationError that names every problem at once, with its line."""
    text = _read_text(path)
    root = _compose(text, path)
    data = None if root is None else _construct(root, path)
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        problems = "\n".join(_complaint(path, root, problem) for problem in error.errors())
        raise ConfigurationError(problems, advice="Correct the lines named above.") from None


def in_words(message: str) -> str:
    """A message of pydantic as a person would write it."""
    return message.removeprefix("Value error, ")


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigurationError("the file is over 5 MB", where=path, advice="Split or shorten it.")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        advice = "Check the path, or write a first one with: hybrid-agent init DIR"
        raise ConfigurationError("there is no such file", where=path, advice=advice) from None
    except UnicodeDecodeError as error:
        advice = "Save the file as UTF-8."
        raise ConfigurationError(f"byte {error.start} is not UTF-8", where=path, advice=advice) from None
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror}", where=path) from None


def _compose(text: str, path: Path) -> yaml.Node | None:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is not None:
            _refuse_repeated_keys(root, path, seen=set())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = error.problem or "is not YAML"
        raise ConfigurationError(problem, where=f"{path}:{line}", advice="Mend the YAML there.") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigurationError(f"is not YAML: {error}", where=path) from None
    return root


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


def _construct(root: yaml.Node, path: Path) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = error.problem or "cannot be read"
        raise ConfigurationError(problem, where=f"{path}:{line}", advice="Write it as plain YAML.") from None
    except (ValueError, LookupError, AttributeError, RecursionError):
        # PyYAML's own constructors fail so on a value that does not fit its `!!` tag.
        message = "a value does not fit its tag, or is nested too deeply"
        raise ConfigurationError(message, where=path, advice="Write it without `!!`.") from None
    finally:
        loader.dispose()


def _complaint(path: Path, root: yaml.Node | None, problem: Any) -> str:
    loc: Sequence[str | int] = problem["loc"]
    dotted = ".".join(str(part) for part in loc) or "the file"
    message = "is not a known key" if problem["type"] == "extra_forbidden" else in_words(problem["msg"])
    return f"{path}:{_line(root, loc)}: {dotted}: {message}"


def _line(node: yaml.Node | None, loc: Sequence[str | int]) -> int:
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
