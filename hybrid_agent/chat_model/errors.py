"""What can go wrong when a model is asked: one exception, whose kind says what."""

from enum import StrEnum
from typing import Final

from hybrid_agent.errors import HybridAgentError


class Failure(StrEnum):
    """Why a model gave nothing that can be used."""

    UNREACHABLE = "unreachable"
    UNAUTHORISED = "unauthorised"
    UNKNOWN_MODEL = "unknown_model"
    RATE_LIMITED = "rate_limited"
    TIMED_OUT = "timed_out"
    OVERFLOW = "overflow"
    UNUSABLE = "unusable"
    UNSUPPORTED = "unsupported"
    OVER_BUDGET = "over_budget"
    PAUSED = "paused"


IN_VAIN: Final = frozenset({Failure.UNUSABLE, Failure.UNSUPPORTED})
"""The failures that the same question may not meet when it is asked in another way."""


class Feature(StrEnum):
    """What a request may use that some servers or models refuse."""

    TOOLS = "native tool calls"
    JSON_SCHEMA = "JSON schema"
    LOGPROBS = "token log-probabilities"
    OUTPUT_LIMIT = "a limit on the answer's tokens"
    STREAMED_USAGE = "token counts of streams"


class ModelError(HybridAgentError):
    """A model gave nothing that can be used. The text names the model, never what was asked or the key.

    `transient`: the same request may work a moment later, after `retry_after` seconds where the server said
    so. `refused` is the feature without which the request may work. `formed`: an answer came in the form that
    was asked for, though what it says cannot be used.
    """

    def __init__(
        self,
        kind: Failure,
        message: str,
        *,
        transient: bool = False,
        retry_after: float | None = None,
        refused: Feature | None = None,
        formed: bool = False,
    ) -> None:
        self.kind = kind
        self.message = message
        self.transient = transient
        self.retry_after = retry_after
        self.refused = refused
        self.formed = formed
        super().__init__(message)
