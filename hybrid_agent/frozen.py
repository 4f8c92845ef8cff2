"""What every part of the state is made of."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A part of the state: immutable, and strict about what it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")
