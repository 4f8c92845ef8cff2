"""What was written to the shop's systems, noted where every contestant's calls arrive."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from hybrid_agent_tools import ALL_PORTS, Operation, operations


@dataclass(frozen=True, slots=True)
class Written:
    """A write that the system carried out; `turn` is the place of the turn in which it was, from 0."""

    operation: str
    arguments: Mapping[str, JsonValue]
    turn: int


@dataclass(slots=True)
class WriteLog:
    """The writes of one conversation, each key once. Whoever plays it says which `turn` is running."""

    turn: int = 0
    writes: list[Written] = field(default_factory=list)
    _keys: set[str] = field(default_factory=set)

    def add(self, operation: Operation, call: Mapping[str, Any]) -> None:
        """Note a write that was carried out, unless its key was seen: a repeat changes nothing."""
        if call["key"] in self._keys:
            return
        self._keys.add(call["key"])
        named = {name: call.get(name) for name in operation.arguments.model_fields}
        given = {name: to_jsonable_python(value) for name, value in named.items() if value is not None}
        self.writes.append(Written(operation.name, given, self.turn))


@dataclass(frozen=True, slots=True)
class Watched:
    """A connected system whose writes are noted; everything else is the system's own."""

    system: object
    methods: Mapping[str, Operation]
    log: WriteLog

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.system, name)
        operation = self.methods.get(name)
        return method if operation is None else _noting(method, operation, self.log)


def watched(systems: Mapping[str, object], log: WriteLog) -> dict[str, object]:
    """The systems by port, with every write that they carry out noted in the log."""
    return {port: Watched(system, _writes(port), log) for port, system in systems.items()}


def _writes(port: str) -> dict[str, Operation]:
    return {each.method: each for each in operations(ALL_PORTS[port]).values() if each.writes}


def _noting(
    method: Callable[..., Awaitable[Any]], operation: Operation, log: WriteLog
) -> Callable[..., Awaitable[Any]]:
    async def call(**arguments: Any) -> Any:
        result = await method(**arguments)
        log.add(operation, arguments)
        return result

    return call
