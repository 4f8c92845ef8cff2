"""The `model` part of `support.yaml`: which chat model, where it is, and what it may cost."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import Field, JsonValue, StringConstraints, model_validator

from hybrid_agent.catalog.models import Part
from hybrid_agent.chat_model.metering import Budget

ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*:\S+$", max_length=200)]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/@]+(/\S*)?$", max_length=500)]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=100)]
Price = Annotated[float, Field(ge=0)]

OWN: Final = frozenset(
    {
        "model",
        "model_name",
        "model_provider",
        "base_url",
        "openai_api_base",
        "api_key",
        "openai_api_key",
        "temperature",
        "timeout",
        "request_timeout",
        "max_retries",
        "openai_proxy",
        "http_client",
        "http_async_client",
    }
)
"""What the model's class is given from the other keys."""


class Prices(Part):
    """What a million tokens in and out cost, in a currency."""

    input: Price
    output: Price
    currency: str = Field("USD", pattern="^[A-Z]{3}$")

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """The cost of that many tokens."""
        return (tokens_in * self.input + tokens_out * self.output) / 1_000_000


class ModelSettings(Part):
    """A chat model; `openai:gpt-5-mini` stands for one with all else left as it is.

    `api_key_env` names the environment variable that holds the key: keys never stand in the file. `timeout`
    is in seconds, for one call. `options` go to the model's class as they are.
    """

    name: ModelName = Field(description="provider:name, such as openai:gpt-5-mini.")
    base_url: WebAddress | None = Field(None, description="An OpenAI-compatible server's address.")
    api_key_env: Variable | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    timeout: float = Field(15.0, gt=0, le=600)
    retries: int = Field(2, ge=0, le=10)
    prices: Prices | None = None
    budget: Budget = Field(default_factory=Budget, description="What one turn may spend.")
    options: Mapping[str, JsonValue] = Field(default_factory=dict)

    @property
    def provider(self) -> str:
        """The part of the name before the colon."""
        return self.name.partition(":")[0]

    @property
    def model(self) -> str:
        """The part of the name after the colon."""
        return self.name.partition(":")[2]

    @model_validator(mode="after")
    def _options_have_no_name_of_their_own(self) -> Self:
        if taken := sorted(OWN & self.options.keys()):
            raise ValueError(
                f"options cannot set {', '.join(taken)}: there is a key for it, or none is needed"
            )
        return self

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, given: Any) -> Any:
        return {"name": given} if isinstance(given, str) else given
