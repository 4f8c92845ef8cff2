"""What can go wrong when a model is asked: one exception, whose kind says what."""

from enum import StrEnum

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
    so. `refused` is the feature without which the request may work.
    """

    def __init__(
        self,
        kind: Failure,
        message: str,
        *,
        transient: bool = False,
        retry_after: float | None = None,
        refused: Feature | None = None,
    ) -> None:
        self.kind = kind
        self.message = message
        self.transient = transient
        self.retry_after = retry_after
        self.refused = refused
        super().__init__(message)
