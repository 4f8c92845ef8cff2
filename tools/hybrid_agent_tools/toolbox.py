"""The toolbox binds declared operations to connected systems and holds callers to the declaration."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from hybrid_agent_tools.errors import (
    InvalidArguments,
    Misconfigured,
    NotFound,
    OutcomeUnknown,
    ToolError,
    Unavailable,
)
from hybrid_agent_tools.operation import Operation, Scope, operations
from hybrid_agent_tools.ports import ALL_PORTS

__all__ = ["ReadRetries", "Result", "Toolbox", "Watch"]

Result = BaseModel | list[BaseModel] | None

Watch = Callable[[str], AbstractContextManager[object]]
"""Entered around each call that goes out to a system, with its name such as `orders.refund`."""


@dataclass(frozen=True, slots=True)
class ReadRetries:
    """How often a read is tried while the system is Unavailable; the jittered waits are in seconds."""

    attempts: int = 3
    first_wait: float = 0.05
    longest_wait: float = 1.0


class Toolbox:
    """The operations of the connected systems, callable by name.

    `systems` maps a port's name ("orders") to an object that has the port's methods; `timeout` bounds one
    call in seconds. Misconfigured is raised where a system lacks a method.
    """

    def __init__(
        self,
        systems: Mapping[str, object],
        *,
        retries: ReadRetries | None = None,
        timeout: float = 15.0,
        watch: Watch = nullcontext,
    ) -> None:
        self._systems = dict(systems)
        self._retries = retries or ReadRetries()
        self._timeout = timeout
        self._watch = watch
        self._operations = MappingProxyType(
            {
                operation.name: operation
                for name, system in self._systems.items()
                for operation in _bound_operations(name, system)
            }
        )

    def watched(self, watch: Watch) -> "Toolbox":
        """The same systems, every call to them watched."""
        return Toolbox(self._systems, retries=self._retries, timeout=self._timeout, watch=watch)

    @property
    def operations(self) -> Mapping[str, Operation]:
        """The operations of the connected ports, by name."""
        return self._operations

    async def read(self, name: str, arguments: Mapping[str, Any], *, customer_id: str | None) -> Result:
        """The result of a read; tried again, a few times, while the system is Unavailable."""
        operation = self.operation(name, writes=False)
        call = _call_arguments(operation, arguments, customer_id=customer_id)
        result = await self._retrying(operation, call)
        if not _owned(operation, result, customer_id):
            raise NotFound(
                f"{name} found no such record of this customer.",
                system=operation.port,
                advice="Check the number with the customer.",
            )
        return result

    async def write(
        self, name: str, arguments: Mapping[str, Any], *, customer_id: str | None, key: str
    ) -> Result:
        """The result of a write, which is sent once; any unforeseen end is OutcomeUnknown."""
        operation = self.operation(name, writes=True)
        call = _call_arguments(operation, arguments, customer_id=customer_id, key=key)
        try:
            result = await self._call(operation, operation.method, call)
        except ToolError:
            raise
        except Exception as error:
            raise OutcomeUnknown(
                f"{name} ended without an answer ({type(error).__name__}).",
                system=operation.port,
                record=key,
                advice="Read back by the same key before anything else.",
            ) from error
        if not _owned(operation, result, customer_id):
            raise OutcomeUnknown(
                f"{name} answered with a record that is not this customer's.",
                system=operation.port,
                record=key,
                advice="Let a person look at what was changed.",
            )
        return result

    async def read_back(
        self, name: str, arguments: Mapping[str, Any], *, customer_id: str | None, key: str
    ) -> Result:
        """The result of the write with this key if it happened, None if it surely did not.

        Unavailable means that it cannot be told now.
        """
        operation = self.operation(name, writes=True)
        call = _call_arguments(operation, arguments, customer_id=customer_id, key=key)
        wanted = {*operation.read_back_arguments, "customer_id", "key"}
        call = {argument: value for argument, value in call.items() if argument in wanted}
        result = await self._once(operation, str(operation.read_back), call)
        if not _owned(operation, result, customer_id):
            raise Unavailable(
                f"{name} cannot be read back: the record found is not this customer's.",
                system=operation.port,
                record=key,
                advice="Let a person look at what was changed.",
            )
        return result

    def operation(self, name: str, *, writes: bool) -> Operation:
        """The operation of this name if it writes, or only reads, as asked. Raises InvalidArguments."""
        operation = self._operations.get(name)
        if operation is None:
            raise InvalidArguments(
                f"there is no operation {name!r}.",
                system=name.partition(".")[0],
                advice=f"Choose from: {', '.join(self._operations)}.",
            )
        if operation.writes is not writes:
            kind, door = ("write", "write()") if operation.writes else ("read", "read()")
            raise InvalidArguments(
                f"{name} is a {kind}.", system=operation.port, advice=f"Call it by {door}."
            )
        return operation

    async def _retrying(self, operation: Operation, call: Mapping[str, Any]) -> Result:
        from tenacity import (
            AsyncRetrying,
            retry_if_exception_type,
            stop_after_attempt,
            wait_random_exponential,
        )

        waits = self._retries
        attempt = AsyncRetrying(
            retry=retry_if_exception_type(Unavailable),
            stop=stop_after_attempt(waits.attempts),
            wait=wait_random_exponential(multiplier=waits.first_wait, max=waits.longest_wait),
            reraise=True,
        )
        result: Result = await attempt(self._once, operation, operation.method, call)
        return result

    async def _once(self, operation: Operation, method: str, call: Mapping[str, Any]) -> Result:
        try:
            return await self._call(operation, method, call)
        except TimeoutError as error:
            raise Unavailable(
                f"{operation.name} gave no answer within {self._timeout:g} s.",
                system=operation.port,
                advice="Try again in a moment.",
            ) from error
        except ToolError:
            raise
        except Exception as error:
            raise Unavailable(
                f"{operation.name} ended without an answer ({type(error).__name__}).",
                system=operation.port,
                advice="Look into the connector's log.",
            ) from error

    async def _call(self, operation: Operation, method: str, call: Mapping[str, Any]) -> Result:
        with self._watch(f"{operation.port}.{method}"):
            async with asyncio.timeout(self._timeout):
                result: Result = await getattr(self._systems[operation.port], method)(**call)
                return result


def _bound_operations(name: str, system: object) -> list[Operation]:
    protocol = ALL_PORTS.get(name)
    if protocol is None:
        raise Misconfigured(
            f"there is no port {name!r}.", system=name, advice=f"Connect one of: {', '.join(ALL_PORTS)}."
        )
    declared = list(operations(protocol).values())
    needed = {method for each in declared for method in (each.method, each.read_back) if method}
    missing = sorted(method for method in needed if not callable(getattr(system, method, None)))
    if missing:
        raise Misconfigured(
            f"{type(system).__name__} cannot serve the port {name!r}: it lacks {', '.join(missing)}.",
            system=name,
            advice=f"Add the methods as declared in {protocol.__module__}.{protocol.__name__}.",
        )
    return declared


def _call_arguments(
    operation: Operation, arguments: Mapping[str, Any], **bound: str | None
) -> dict[str, Any]:
    if operation.scope is Scope.PUBLIC:
        bound = {name: value for name, value in bound.items() if name != "customer_id"}
    nameless = [name for name, value in bound.items() if not value]
    if nameless:
        raise InvalidArguments(
            f"{operation.name} needs {' and '.join(nameless)}.",
            system=operation.port,
            advice="Identify the customer first." if "customer_id" in nameless else "Give the action's key.",
        )
    try:
        model = operation.arguments.model_validate(dict(arguments))
    except ValidationError as error:
        raise InvalidArguments(
            f"{operation.name} cannot take these arguments: {_problems(error)}.",
            system=operation.port,
            advice="Correct the named arguments.",
        ) from error
    return {name: getattr(model, name) for name in operation.arguments.model_fields} | bound


def _problems(error: ValidationError) -> str:
    # Without the input: it may hold what must not reach a log.
    return "; ".join(
        f"{'.'.join(map(str, each['loc'])) or 'arguments'}: {each['msg']}"
        for each in error.errors(include_input=False, include_url=False, include_context=False)
    )


def _owned(operation: Operation, result: Result, customer_id: str | None) -> bool:
    if operation.scope is Scope.PUBLIC:
        return True
    records = result if isinstance(result, list) else [result]
    return all(getattr(record, "customer_id", customer_id) == customer_id for record in records)
