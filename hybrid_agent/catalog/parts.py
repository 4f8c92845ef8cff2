"""What every part of a catalog is made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Probability = Annotated[float, Field(ge=0, le=1)]


class Part(BaseModel):
    """A part of the catalog: immutable; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
