"""Connectors by name: what a deployment writes down becomes connected systems."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from inspect import signature
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hybrid_agent_tools.errors import Misconfigured

__all__ = ["CONNECTORS", "Connection", "connect"]

CONNECTORS: Mapping[str, str] = MappingProxyType({"embedded": "hybrid_agent_tools.embedded:connect"})


@dataclass(frozen=True, slots=True)
class Connection:
    """Connected systems by port name, as the Toolbox takes them, and how to let go of them."""

    systems: Mapping[str, object]
    close: Callable[[], Awaitable[None]]


def connect(name: str, settings: Mapping[str, Any], *, folder: Path) -> Connection:
    """Connect by a short name of `CONNECTORS` or by `package.module:factory`.

    The factory takes the settings as a mapping and the folder that relative paths in them start from, and
    returns a Connection. Raises Misconfigured.
    """
    module, _, attribute = CONNECTORS.get(name, name).partition(":")
    try:
        factory = getattr(import_module(module), attribute) if attribute else None
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise _unknown(name, f"{type(error).__name__}: {error}") from error
    if not callable(factory):
        raise _unknown(name, "it names no callable")
    try:
        signature(factory).bind(settings, folder)
    except TypeError as error:
        raise _unknown(name, f"its factory does not take (settings, folder): {error}") from error
    connection = factory(settings, folder)
    if not isinstance(connection, Connection):
        raise _unknown(name, f"its factory returned {type(connection).__name__} instead of a Connection")
    return connection


def _unknown(name: str, why: str) -> Misconfigured:
    return Misconfigured(
        f"the connector {name!r} cannot be loaded ({why}).",
        system=name,
        advice=f"Use one of {', '.join(CONNECTORS)}, or package.module:factory.",
    )
