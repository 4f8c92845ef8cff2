"""From settings to a chat model that can be asked."""

import os
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from ssl import SSLContext
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr, ValidationError

from hybrid_agent.chat_model.model import ChatModel, Clients, Limits, fresh_memory
from hybrid_agent.chat_model.settings import ModelSettings
from hybrid_agent.errors import ConfigurationError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

OPENAI: Final = "https://api.openai.com/v1"
"""Where `openai:` goes without a base_url, whatever variables of the environment say."""

OPENAI_KEY: Final = "OPENAI_API_KEY"
PROVIDERS: Final = (
    *("anthropic", "anthropic_bedrock", "azure_ai", "azure_openai", "baseten"),
    *("bedrock", "bedrock_converse", "cohere", "deepseek", "fireworks"),
    *("google_anthropic_vertex", "google_genai", "google_vertexai", "groq", "huggingface"),
    *("ibm", "litellm", "meta", "mistralai", "nvidia"),
    *("ollama", "openai", "openrouter", "perplexity", "together"),
    *("upstage", "xai"),
)
"""The providers that LangChain's `init_chat_model` knows by name; those of no package of its own left out."""

NO_KEY: Final = "none"
"""What a server without keys is sent, since the client insists on one."""


def connect_model(settings: ModelSettings) -> ChatModel:
    """The chat model that the settings name; no request is made yet.

    Raises ConfigurationError where its key, its package or its options are missing or wrong.
    """
    if settings.provider not in PROVIDERS:
        raise _no_provider(settings.provider)
    make = _openai(settings) if settings.provider == "openai" else _other(settings)
    limits = Limits(timeout=settings.timeout, retries=settings.retries)
    return ChatModel(
        name=settings.name,
        clients=Clients(make, first=_made(make, settings), owned=True),
        memory=fresh_memory(limits),
        prices=settings.prices,
        limits=limits,
    )


def _openai(settings: ModelSettings) -> "Callable[[], BaseChatModel]":
    key = _key(settings) or SecretStr(NO_KEY)
    base_url = settings.base_url or OPENAI

    def make() -> "BaseChatModel":
        from langchain_openai import ChatOpenAI
        from openai import DefaultAsyncHttpxClient, DefaultHttpxClient

        http: dict[str, Any] = {"base_url": base_url, "timeout": settings.timeout, "verify": _certificates()}
        return ChatOpenAI(
            **_common(settings),
            model=settings.model,
            base_url=base_url,
            api_key=key,
            openai_proxy=None,
            http_client=DefaultHttpxClient(**http),
            http_async_client=DefaultAsyncHttpxClient(**http),
        )

    return make


def _other(settings: ModelSettings) -> "Callable[[], BaseChatModel]":
    key = _key(settings)
    given: dict[str, Any] = _common(settings)
    if settings.base_url is not None:
        given["base_url"] = settings.base_url
    if key is not None:
        given["api_key"] = key

    def make() -> "BaseChatModel":
        from langchain.chat_models import init_chat_model

        made: BaseChatModel = init_chat_model(settings.model, model_provider=settings.provider, **given)
        return made

    return make


@cache
def _certificates() -> SSLContext:
    """The authorities that clients trust; reading them takes longer than all else of connecting."""
    from httpx2 import create_ssl_context

    return create_ssl_context()


def _common(settings: ModelSettings) -> dict[str, Any]:
    """Retries are ours, so the client makes none."""
    given: dict[str, Any] = {**settings.options, "timeout": settings.timeout, "max_retries": 0}
    return given if settings.temperature is None else {**given, "temperature": settings.temperature}


def _key(settings: ModelSettings) -> SecretStr | None:
    """The key in the variable that the settings name; None where none is named and none needed."""
    named = settings.api_key_env
    if named is None and settings.provider == "openai" and settings.base_url is None:
        named = OPENAI_KEY
    if named is None:
        return None
    key = os.environ.get(named, "").strip()
    if not key:
        advice = f"export {named}=..., or name another variable as api_key_env."
        message = f"the environment variable {named} has no key for {settings.name}"
        raise ConfigurationError(message, where="model", advice=advice)
    return SecretStr(key)


def _made(make: "Callable[[], BaseChatModel]", settings: ModelSettings) -> "BaseChatModel":
    try:
        return make()
    except ImportError as error:
        missing = "langchain" if (error.name or "").split(".")[0] == "langchain" else _package(settings)
        message = f"{settings.name} needs the package {missing}, which is not installed"
        advice = f"pip install {' '.join(dict.fromkeys([missing, _package(settings)]))}"
        raise ConfigurationError(message, where="model", advice=advice) from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise _unusable(settings, wrong) from None
    except Exception as error:
        raise _unusable(settings, type(error).__name__) from None


def _no_provider(name: str) -> ConfigurationError:
    near = get_close_matches(name, PROVIDERS, n=1)
    advice = f"Did you mean {near[0]}?" if near else f"Write one of: {', '.join(PROVIDERS)}."
    return ConfigurationError(f"there is no provider {name}", where="model", advice=advice)


def _package(settings: ModelSettings) -> str:
    return f"langchain-{settings.provider.replace('_', '-')}"


def _unusable(settings: ModelSettings, wrong: str) -> ConfigurationError:
    advice = "Check the provider's name and the options, and that api_key_env names the variable of its key."
    return ConfigurationError(f"{settings.name} cannot be set up ({wrong})", where="model", advice=advice)
