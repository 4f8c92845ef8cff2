"""Which language model and reasoner a command works with: the file's, or what options put in their place."""

from dataclasses import dataclass

from pydantic import ValidationError

from hybrid_agent.chat_model import ModelSettings
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.settings import Settings, Thinking


@dataclass(frozen=True, slots=True)
class Override:
    """What options say instead of the deployment file; None leaves it to the file."""

    model: str | None = None
    base_url: str | None = None
    reasoner: Thinking | None = None


@dataclass(frozen=True, slots=True)
class ModelUse:
    """The model, if there is one to be asked, and the reasoner."""

    model: ModelSettings | None
    reasoner: Thinking

    def __str__(self) -> str:
        asked = self.model if self.reasoner is not Thinking.LOCAL else None
        where = f" at {asked.base_url}" if asked and asked.base_url else ""
        return f"Language model: {asked.name if asked else 'none'}{where}; reasoner: {self.reasoner}"


def model_use(settings: Settings, override: Override) -> ModelUse:
    """The model and reasoner to use. A model named by an option is asked, also where the file says `local`.

    Raises ConfigurationError for a name or an address that is none, and for an address without a model.
    """
    model, reasoner = _model(settings.model, override), settings.thinking
    if override.reasoner is not None:
        reasoner = override.reasoner
    elif reasoner is Thinking.LOCAL and (override.model or override.base_url):
        reasoner = Thinking.CASCADE
    return ModelUse(model, reasoner)


def _model(own: ModelSettings | None, override: Override) -> ModelSettings | None:
    if override.model is not None:
        return _checked({"name": override.model, "base_url": override.base_url})
    if override.base_url is None:
        return own
    if own is None:
        advice = "Add --model, such as --model openai:NAME with a name that the server knows."
        raise ConfigurationError("is an address, but no model is named", where="--base-url", advice=advice)
    return _checked({**own.model_dump(), "base_url": override.base_url})


def _checked(given: dict[str, object]) -> ModelSettings:
    try:
        return ModelSettings.model_validate(given)
    except ValidationError as error:
        wrong = {problem["loc"][0] for problem in error.errors()}
    if "name" in wrong:
        advice = "Write --model provider:name, such as --model openai:gpt-5-mini, and never a key."
        raise ConfigurationError("names no model", where="--model", advice=advice)
    advice = "Write --base-url http://HOST:PORT/v1; a key belongs in the variable that api_key_env names."
    raise ConfigurationError("is no address of a server", where="--base-url", advice=advice)
