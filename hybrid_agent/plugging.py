"""Parts that a deployment takes from other packages, named as `package.module:factory`."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module
from typing import Annotated, Any, Final

from pydantic import Field, JsonValue, StringConstraints, model_validator

from hybrid_agent.catalog.durations import Duration
from hybrid_agent.catalog.parts import Part
from hybrid_agent.errors import ConfigurationError

PATIENCE: Final = timedelta(seconds=5)
"""How long one call to such a part may take, where a deployment does not say."""

FactoryName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$", max_length=200)]


class Plug(Part):
    """A part of another package; `package.module:factory` stands for one with all else left as it is.

    The factory is called with the `options`, each by its name. `timeout` is how long one call to what it
    returns may take.
    """

    factory: FactoryName
    options: Mapping[str, JsonValue] = Field(default_factory=dict)
    timeout: Annotated[Duration, Field(gt=timedelta(0), le=timedelta(minutes=1))] = PATIENCE

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, given: Any) -> Any:
        return {"factory": given} if isinstance(given, str) else given


def factory_of(name: str, *, where: str, returns: str) -> Callable[..., Any]:
    """What `package.module:factory` names. Raises ConfigurationError, at the key `where`."""
    module, _, attribute = name.partition(":")
    advice = f"Write it as package.module:factory, where the factory returns {returns}."
    try:
        factory = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(f"{name} cannot be loaded: {error}", where=where, advice=advice) from error
    if not callable(factory):
        raise ConfigurationError(f"{name} is no factory: it cannot be called", where=where, advice=advice)
    made: Callable[..., Any] = factory
    return made


def plugged(plug: Plug, expected: type, *, where: str) -> Any:
    """What the plug's factory makes, of the expected class. Raises ConfigurationError, at the key `where`."""
    factory = factory_of(plug.factory, where=where, returns=f"a {expected.__name__}")
    try:
        made = factory(**plug.options)
    except ConfigurationError:
        raise
    except Exception as error:
        advice = (
            f"Check the options ({', '.join(plug.options) or 'none are given'}) and that it can be reached."
        )
        message = f"{plug.factory} failed: {type(error).__name__}: {error}"
        raise ConfigurationError(message, where=where, advice=advice) from error
    if not isinstance(made, expected):
        advice = f"Name a factory that returns a {expected.__name__}."
        message = f"{plug.factory} returned {type(made).__name__}"
        raise ConfigurationError(message, where=where, advice=advice)
    return made
