"""Every call that reaches a connected system, noted; and the faults that a case asks for."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from hybrid_agent.frozen import Frozen
from hybrid_agent_evals.cases.turns import Fault, FaultKind
from hybrid_agent_tools import ALL_PORTS, NotFound, Operation, Rejected, ToolError, Unavailable, operations


class Called(Frozen):
    """A call that a system answered; `turn` is the place of the turn in which it came, from 0.

    `customer` is for whom it was made, None where it is nobody's in particular. `failed` is the error's name.
    """

    operation: str
    arguments: Mapping[str, JsonValue]
    customer: str | None
    turn: int
    failed: str = ""


@dataclass(slots=True)
class Log:
    """The calls of one conversation; a write that is repeated under its key is noted once.

    Whoever plays says which `turn` is running, and which faults are in force.
    """

    turn: int = 0
    faults: list[tuple[Fault, int]] = field(default_factory=list)
    _begun: int = 0
    _reads: dict[int, Called] = field(default_factory=dict)
    _writes: dict[int, Called] = field(default_factory=dict)
    _keys: set[str] = field(default_factory=set)

    @property
    def reads(self) -> tuple[Called, ...]:
        """What was read, and writes that failed, in the order in which the calls began."""
        return tuple(self._reads[place] for place in sorted(self._reads))

    @property
    def writes(self) -> tuple[Called, ...]:
        """What was written, in the order in which the calls began."""
        return tuple(self._writes[place] for place in sorted(self._writes))

    def begins(self) -> int:
        """The place of a call that begins now: of several at a time, any may be answered first."""
        self._begun += 1
        return self._begun

    def begin(self, fault: Fault) -> None:
        """From now on, until it is mended or used up."""
        self.faults.append((fault, 0))

    def mend(self, of: str) -> None:
        """End the faults of an operation, or of a port and all of its operations."""
        self.faults = [
            (each, used) for each, used in self.faults if each.of != of and not each.of.startswith(f"{of}.")
        ]

    def strikes(self, operation: Operation) -> FaultKind | None:
        """The fault that meets this call, if any; it is counted."""
        for place, (fault, used) in enumerate(self.faults):
            if fault.of in (operation.name, operation.port) and (fault.times is None or used < fault.times):
                self.faults[place] = (fault, used + 1)
                return fault.how
        return None

    def note(self, place: int, operation: Operation, call: Mapping[str, Any], failed: str = "") -> None:
        """Note a call that was answered, at its place."""
        if operation.writes and not failed:
            if call["key"] in self._keys:
                return
            self._keys.add(call["key"])
        named = {name: call.get(name) for name in operation.arguments.model_fields}
        given = {name: to_jsonable_python(value) for name, value in named.items() if value is not None}
        called = Called(
            operation=operation.name,
            arguments=given,
            customer=call.get("customer_id"),
            turn=self.turn,
            failed=failed,
        )
        (self._writes if operation.writes and not failed else self._reads)[place] = called


@dataclass(frozen=True, slots=True)
class Watched:
    """A connected system whose calls are noted and may be struck by a fault; all else is the system's own."""

    system: object
    methods: Mapping[str, Operation]
    log: Log

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.system, name)
        operation = self.methods.get(name)
        return method if operation is None else _noting(method, operation, self.log)


def watched(systems: Mapping[str, object], log: Log) -> dict[str, object]:
    """The systems by port, with every call that they answer noted in the log."""
    return {port: Watched(system, _methods(port), log) for port, system in systems.items()}


def _methods(port: str) -> dict[str, Operation]:
    return {each.method: each for each in operations(ALL_PORTS[port]).values()}


def _noting(
    method: Callable[..., Awaitable[Any]], operation: Operation, log: Log
) -> Callable[..., Awaitable[Any]]:
    async def call(**arguments: Any) -> Any:
        place, fault = log.begins(), log.strikes(operation)
        if fault is not None and fault is not FaultKind.LOST_ANSWER:
            raise _failure(fault, operation)
        try:
            result = await method(**arguments)
        except ToolError as error:
            log.note(place, operation, arguments, type(error).__name__)
            raise
        log.note(place, operation, arguments)
        if fault is FaultKind.LOST_ANSWER:
            raise TimeoutError
        return result

    return call


def _failure(fault: FaultKind, operation: Operation) -> Exception:
    say = {"system": operation.port, "advice": "Try again later."}
    match fault:
        case FaultKind.DOWN:
            return Unavailable("the system cannot be reached.", **say)
        case FaultKind.RATE_LIMITED:
            return Unavailable("too many requests; wait a moment.", **say)
        case FaultKind.NOT_FOUND:
            return NotFound("there is no such record.", **say)
        case FaultKind.REJECTED:
            return Rejected("the system's own rule says no.", **say)
        case _:
            return TimeoutError()
