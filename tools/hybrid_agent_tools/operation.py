"""The declaration of an operation, and everything that is derived from it.

A port is a Protocol. Each of its methods says once, with `@read` or `@write`, what it does to the world;
its signature and docstring say the rest. The LangChain tools, the gate, the ledger and the catalog's lint
all read the `Operation` that `operations(port)` derives from these.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model

from hybrid_agent_tools.fields import personal_fields, result_fields
from hybrid_agent_tools.values import Personal

__all__ = [
    "Effect",
    "Idempotency",
    "Operation",
    "Risk",
    "Scope",
    "operations",
    "port",
    "port_name",
    "read",
    "write",
]

Method = TypeVar("Method", bound=Callable[..., Any])
Port = TypeVar("Port", bound=type)

BOUND = ("customer_id", "key")


class Effect(StrEnum):
    """Whether an operation changes the system."""

    READ = "read"
    WRITE = "write"


class Scope(StrEnum):
    """Whose records an operation touches: the identified customer's, or nobody's in particular."""

    CUSTOMER = "customer"
    PUBLIC = "public"


class Idempotency(StrEnum):
    """What a repeat does: nothing for the same key, nothing because the state is reached, or it all again."""

    KEY = "key"
    STATE = "state"
    NONE = "none"


class Risk(StrEnum):
    """What a mistake costs; ordered, `Risk.LOW < Risk.HIGH`."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def level(self) -> int:
        return list(Risk).index(self)

    def __lt__(self, other: str) -> bool:
        return self.level < Risk(other).level

    def __le__(self, other: str) -> bool:
        return self.level <= Risk(other).level

    def __gt__(self, other: str) -> bool:
        return self.level > Risk(other).level

    def __ge__(self, other: str) -> bool:
        return self.level >= Risk(other).level


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the decorator says of a method; a read risks nothing and may be repeated."""

    effect: Effect
    scope: Scope
    risk: Risk = Risk.LOW
    idempotency: Idempotency = Idempotency.STATE
    read_back: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a port, as declared; `arguments` lacks `customer_id` and `key`, which are bound."""

    name: str
    port: str
    method: str
    effect: Effect
    risk: Risk
    scope: Scope
    idempotency: Idempotency
    read_back: str | None
    read_back_arguments: tuple[str, ...]
    description: str
    arguments: type[BaseModel]
    result: Any

    @property
    def writes(self) -> bool:
        return self.effect is Effect.WRITE

    @property
    def tool_name(self) -> str:
        """The name for language models, whose tool names may hold no dot: `orders_get`."""
        return self.name.replace(".", "_")

    def result_fields(self) -> Mapping[str, Any]:
        """Dotted path -> type for all that the result holds: `total.amount`, `lines[].sku`."""
        return result_fields(self.result)

    def personal_fields(self) -> Mapping[str, Personal]:
        """Dotted path -> kind for what the result holds of persons: `shipping_address.city`, `[].name`."""
        return personal_fields(self.result)

    def personal_arguments(self) -> Mapping[str, Personal]:
        """Dotted path -> kind for what the arguments hold of persons."""
        return personal_fields(self.arguments)


def port(name: str) -> Callable[[Port], Port]:
    """Name a Protocol class as a port; the name begins the names of its operations."""

    def mark(protocol: Port) -> Port:
        protocol.__port_name__ = name  # type: ignore[attr-defined]
        return protocol

    return mark


def port_name(protocol: type) -> str:
    """The port's name as given to `@port`."""
    return str(vars(protocol)["__port_name__"])


def read(*, scope: Scope = Scope.CUSTOMER) -> Callable[[Method], Method]:
    """Declare a method that changes nothing."""
    return _declare(Declaration(Effect.READ, scope))


def write(
    *, risk: Risk, idempotency: Idempotency, read_back: str, scope: Scope = Scope.CUSTOMER
) -> Callable[[Method], Method]:
    """Declare a method that changes something.

    `read_back` names a method of the same port that takes `key`, `customer_id` and those of the write's
    arguments that it needs. It returns the write's result if it happened, None if it surely did not, and
    raises Unavailable when it cannot tell.
    """
    return _declare(Declaration(Effect.WRITE, scope, risk, idempotency, read_back))


@cache
def operations(protocol: type) -> Mapping[str, Operation]:
    """The port's operations by name (`orders.refund`); TypeError if a declaration and its method differ."""
    methods = dict(_public_methods(protocol))
    declared = {name: _declaration(method) for name, method in methods.items()}
    read_backs = {declaration.read_back for declaration in declared.values() if declaration}
    for name in methods:
        if (declared[name] is None) != (name in read_backs):
            raise TypeError(
                f"{protocol.__name__}.{name} must be declared with @read or @write, or be a read-back"
            )
    return MappingProxyType(
        {
            f"{port_name(protocol)}.{name}": _derive(protocol, name, declaration)
            for name, declaration in declared.items()
            if declaration is not None
        }
    )


def _declare(declaration: Declaration) -> Callable[[Method], Method]:
    def mark(method: Method) -> Method:
        method.__declaration__ = declaration  # type: ignore[attr-defined]
        return method

    return mark


def _declaration(method: Callable[..., Any]) -> Declaration | None:
    return getattr(method, "__declaration__", None)


def _public_methods(protocol: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, member in vars(protocol).items():
        if inspect.isfunction(member) and not name.startswith("_"):
            yield name, member


def _derive(protocol: type, name: str, declaration: Declaration) -> Operation:
    method = getattr(protocol, name)
    hints = get_type_hints(method, include_extras=True)
    _check_bound(protocol, name, declaration, hints)
    return Operation(
        name=f"{port_name(protocol)}.{name}",
        port=port_name(protocol),
        method=name,
        effect=declaration.effect,
        risk=declaration.risk,
        scope=declaration.scope,
        idempotency=declaration.idempotency,
        read_back=declaration.read_back,
        read_back_arguments=_read_back_arguments(protocol, name, declaration, hints),
        description=(inspect.getdoc(method) or "").partition("\n")[0],
        arguments=_arguments_model(protocol, name, hints),
        result=hints["return"],
    )


def _check_bound(protocol: type, name: str, declaration: Declaration, hints: Mapping[str, Any]) -> None:
    method = getattr(protocol, name)
    expected = {"customer_id": declaration.scope is Scope.CUSTOMER, "key": declaration.effect is Effect.WRITE}
    wrong = [bound for bound in BOUND if (bound in hints) != expected[bound]]
    parameters = list(inspect.signature(method).parameters.values())[1:]
    wrong += [parameter.name for parameter in parameters if parameter.kind is not parameter.KEYWORD_ONLY]
    if wrong or not inspect.iscoroutinefunction(method) or not method.__doc__:
        raise TypeError(
            f"{protocol.__name__}.{name} must be async, have a docstring and take keywords only: customer_id "
            f"exactly when its scope is the customer, key exactly when it writes (see: {wrong})"
        )


def _arguments_model(protocol: type, name: str, hints: Mapping[str, Any]) -> type[BaseModel]:
    parameters = inspect.signature(getattr(protocol, name)).parameters.values()
    fields: dict[str, Any] = {
        parameter.name: (
            hints[parameter.name],
            ... if parameter.default is parameter.empty else parameter.default,
        )
        for parameter in parameters
        if parameter.name not in ("self", *BOUND)
    }
    config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
    title = f"{port_name(protocol)}_{name}".title().replace("_", "") + "Arguments"
    model: type[BaseModel] = create_model(title, __config__=config, **fields)
    return model


def _read_back_arguments(
    protocol: type, name: str, declaration: Declaration, hints: Mapping[str, Any]
) -> tuple[str, ...]:
    if declaration.read_back is None:
        return ()
    found = get_type_hints(getattr(protocol, declaration.read_back), include_extras=True)
    result = found.pop("return")
    bound = [argument for argument in BOUND if argument in hints]
    if result != hints["return"] | None or not set(bound) <= set(found) or not found.items() <= hints.items():
        raise TypeError(
            f"{protocol.__name__}.{declaration.read_back} must take {', '.join(bound)} and arguments of "
            f"{name}, typed as there, and return its result or None"
        )
    return tuple(argument for argument in found if argument not in BOUND)
