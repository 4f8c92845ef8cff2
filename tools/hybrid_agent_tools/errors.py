# ruff: noqa: N818 - the names say what happened, as those of httpx and stamina do
"""What can go wrong when a system of record is asked to do something.

    ToolError
    ├── InvalidArguments   the arguments do not fit the operation; nothing was sent
    ├── NotFound           no such record, or not this customer's (never told apart)
    ├── Rejected           the system's own rule says no; nothing changed
    ├── Unavailable        not reached, locked or overloaded; surely nothing changed; may be retried
    ├── OutcomeUnknown     a write was sent and no answer came; read back before anything else
    └── Misconfigured      wrong credentials, read-only, a database from another version

Connectors map every error of their vendor or driver onto this tree, with `raise ... from`.
"""

from functools import partial
from typing import Any

__all__ = [
    "InvalidArguments",
    "Misconfigured",
    "NotFound",
    "OutcomeUnknown",
    "Rejected",
    "ToolError",
    "Unavailable",
]


class ToolError(Exception):
    """A failed operation: what happened (`message`), where (`system`, `record`), what to do now (`advice`).

    None of the four may hold a secret or another customer's data.
    """

    def __init__(self, message: str, *, system: str, record: str | None = None, advice: str) -> None:
        super().__init__(message)
        self.message = message
        self.system = system
        self.record = record
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.system}: {self.message} {self.advice}"

    def __reduce__(self) -> tuple[Any, ...]:
        kind = type(self)
        return partial(kind, self.message, system=self.system, record=self.record, advice=self.advice), ()


class InvalidArguments(ToolError):
    """The arguments do not fit the operation; nothing was sent."""


class NotFound(ToolError):
    """There is no such record, or it is not this customer's; the two read the same."""


class Rejected(ToolError):
    """The system's own rule says no; nothing changed."""


class Unavailable(ToolError):
    """The system could not be reached, is locked or overloaded; surely nothing changed."""


class OutcomeUnknown(ToolError):
    """A write was sent and no answer came; it may or may not have happened."""


class Misconfigured(ToolError):
    """The connector cannot work as it is set up; an operator has to act."""
