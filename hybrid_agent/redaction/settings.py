"""What a deployment says of personal data: its own patterns, and who may see it unmasked."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from hybrid_agent.frozen import Frozen
from hybrid_agent.redaction.patterns import compiled


def _usable(pattern: str) -> str:
    compiled(pattern)
    return pattern


Pattern = Annotated[str, AfterValidator(_usable)]


class RedactionSettings(Frozen):
    """The `redaction` of a deployment file.

    `patterns` maps a name to a regular expression of the deployment's own personal data, such as a
    customer's number. `unmasked_roles` are the staff roles that see personal data also in what they may not
    decide themselves.
    `websites` masks every web address, not only those that let their reader in.
    """

    patterns: Mapping[str, Pattern] = Field(default_factory=dict)
    unmasked_roles: frozenset[str] = frozenset()
    websites: bool = False
