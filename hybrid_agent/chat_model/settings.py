"""The `model` part of `support.yaml`: which chat model, where it is, and what it may cost."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from hybrid_agent.catalog.parts import Part
from hybrid_agent.chat_model.metering import Budget

LONGEST: Final = 3600.0
"""Seconds that one turn may spend on models at most."""

_KEY: Final = re.compile(r"(^|[:/=])(sk-|sk_|gsk_|hf_|xai-|pplx-|nvapi-|AIza|AKIA)")
"""How the keys of well-known providers begin."""


def _or(otherwise: str) -> WrapValidator:
    """Where a text does not fit or holds a key, tell what to write and never what stood there."""

    def check(given: Any, fits: ValidatorFunctionWrapHandler) -> str:
        try:
            text: str = fits(given)
        except ValidationError:
            raise ValueError(otherwise) from None
        if _KEY.search(text):
            raise ValueError(otherwise)
        return text

    return WrapValidator(check)


def _bounded(budget: Budget) -> Budget:
    if budget.seconds > LONGEST:
        raise ValueError(f"seconds can be {LONGEST:g} at most")
    return budget


ModelName = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z][a-z0-9_-]*:/?[A-Za-z0-9_.:@+-]+(/[A-Za-z0-9_.:@+-]+)*$", max_length=200
    ),
    _or("write provider:name, such as openai:gpt-5-mini; a key belongs in the variable of api_key_env"),
]
WebAddress = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s/?#@]+(/[^\s?#@]*)?$", max_length=500),
    _or("write http://HOST:PORT/v1, with no user, no ? and no key in it"),
]
Variable = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z_][A-Z0-9_]*$", max_length=100),
    _or("this looks like a key, not the name of a variable: write a name in capitals, such as LLM_KEY"),
]
Price = Annotated[float, Field(ge=0, le=1_000_000)]

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

    model_config = ConfigDict(hide_input_in_errors=True)

    name: ModelName = Field(description="provider:name, such as openai:gpt-5-mini.")
    base_url: WebAddress | None = Field(None, description="An OpenAI-compatible server's address.")
    api_key_env: Variable | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    timeout: float = Field(15.0, gt=0, le=600)
    retries: int = Field(2, ge=0, le=10)
    prices: Prices | None = None
    budget: Annotated[Budget, AfterValidator(_bounded)] = Field(
        default_factory=Budget, description="What one turn may spend."
    )
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
        if not isinstance(given, str | Mapping | ModelSettings):
            raise ValueError(
                "write provider:name, such as openai:gpt-5-mini, or a mapping with name and more"
            )
        return {"name": given} if isinstance(given, str) else given
