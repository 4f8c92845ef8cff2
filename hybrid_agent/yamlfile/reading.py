"""A whole file as a model, or every complaint about it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

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
        raise refusal([complaint(path, root, each) for each in error.errors()]) from None


def refusal(complaints: Sequence[str]) -> ConfigurationError:
    """All complaints about a file as one error."""
    return ConfigurationError("\n".join(complaints), advice="Correct the lines named above.")


def complaint(path: Path, root: yaml.Node | None, problem: Any) -> str:
    """A problem of pydantic, `FILE:LINE: KEY: what is wrong`."""
    loc: Sequence[str | int] = problem["loc"]
    dotted = ".".join(str(part) for part in loc) or "the file"
    message = "is not a known key" if problem["type"] == "extra_forbidden" else in_words(problem["msg"])
    return f"{path}:{line_of(root, loc)}: {dotted}: {message}"


def in_words(message: str) -> str:
    """A message of pydantic as a person would write it."""
    return message.removeprefix("Value error, ")
