"""What a lint has to say."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Finding(BaseModel):
    """One thing to mend: an error would fail or be unsafe in service, a warning serves customers worse."""

    model_config = ConfigDict(frozen=True)

    level: Literal["error", "warning"]
    where: str
    message: str


def error(where: str, message: str) -> Finding:
    """Something that would fail or be unsafe."""
    return Finding(level="error", where=where, message=message)


def warning(where: str, message: str) -> Finding:
    """Something that serves customers worse."""
    return Finding(level="warning", where=where, message=message)
