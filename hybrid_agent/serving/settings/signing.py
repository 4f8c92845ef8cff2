"""How tokens are signed."""

from enum import StrEnum

SECRET_LENGTH = 32
"""Characters that a secret of ours has at least."""


class Algorithm(StrEnum):
    """How customers' tokens are signed; the one that is set is the only one that counts."""

    HS256 = "HS256"
    RS256 = "RS256"
    ES256 = "ES256"
