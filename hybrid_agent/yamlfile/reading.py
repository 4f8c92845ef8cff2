"""A whole file as a model, or every complaint about it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.yamlfile.nodes import compose, construct, line_of

Model = TypeVar("Model", bound=BaseModel)


def read_model(path: Path, model: type[Model]) -> Model:
    """The file as a `model`. Raises ConfigurationError that names every problem at once, with its line."""
    root = compose(path)
    data = None if root is None else construct(root, path)
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        raise refusal([complaint(path, root, each) for each in telling(error)]) from None


def refusal(complaints: Sequence[str]) -> ConfigurationError:
    """All complaints about a file as one error."""
    return ConfigurationError("\n".join(complaints), advice="Correct the lines named above.")


def telling(error: ValidationError) -> list[ErrorDetails]:
    """The problems but those that follow from another: a list is not too short because an item is wrong."""
    problems = error.errors()
    return [
        each
        for each in problems
        if each["type"] != "too_short"
        or not any(other["loc"][: len(each["loc"])] == each["loc"] for other in problems if other is not each)
    ]


def complaint(path: Path, root: yaml.Node | None, problem: Mapping[str, Any]) -> str:
    """A problem of pydantic, `FILE:LINE: KEY: what is wrong`."""
    loc: Sequence[str | int] = problem["loc"]
    dotted = ".".join(str(part) for part in loc) or "the file"
    message = "is not a known key" if problem["type"] == "extra_forbidden" else in_words(problem["msg"])
    return f"{path}:{line_of(root, loc)}: {dotted}: {message}"


def in_words(message: str) -> str:
    """A message of pydantic as a person would write it."""
    return message.removeprefix("Value error, ")
