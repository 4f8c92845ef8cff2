"""A chat model from a command's options."""

from pydantic import ValidationError

from hybrid_agent.chat_model import Budget, ModelSettings
from hybrid_agent.errors import ConfigurationError

CALLS_IN_TIME = 3
"""How many calls that just keep their time a turn may make: a slow machine is not what is measured."""


def model_settings(
    name: str | None, base_url: str | None, key: str | None, temperature: float | None, timeout: float
) -> ModelSettings | None:
    """The model that options name, None where they name none. Raises ConfigurationError.

    `key` is the variable that holds its key, `timeout` the seconds that one call may take.
    """
    if name is None:
        if base_url or key:
            advice = "Name the model, too, as in --model provider:name."
            raise ConfigurationError("a server or a key is named, but no model", advice=advice)
        return None
    given = {"name": name, "base_url": base_url, "api_key_env": key, "temperature": temperature}
    try:
        return ModelSettings.model_validate(
            {**given, "timeout": timeout, "budget": Budget(seconds=CALLS_IN_TIME * timeout)}
        )
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise ConfigurationError(f"these options do not fit: {wrong}", where="--model") from None
