"""The embedded shop's errors, worded in one place."""

import sqlite3

from hybrid_agent_tools.errors import (
    InvalidArguments,
    Misconfigured,
    NotFound,
    OutcomeUnknown,
    Rejected,
    ToolError,
    Unavailable,
)

__all__ = ["database_error", "incomplete", "misconfigured", "not_found", "not_written", "rejected"]

SYSTEM = "embedded shop"

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
_UNREACHABLE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}


def not_found(kind: str, record: str) -> NotFound:
    """The same words for a record that is not there and for somebody else's."""
    return NotFound(
        f"{kind} {record} was not found for this customer.",
        system=SYSTEM,
        record=record,
        advice=f"Check the {kind} with the customer.",
    )


def rejected(message: str, record: str, advice: str) -> Rejected:
    """A rule of the shop says no."""
    return Rejected(message, system=SYSTEM, record=record, advice=advice)


def incomplete(message: str, advice: str) -> InvalidArguments:
    """Arguments that are each well formed but do not suffice together."""
    return InvalidArguments(message, system=SYSTEM, advice=advice)


def misconfigured(message: str, path: str, advice: str) -> Misconfigured:
    """The file cannot serve as a shop."""
    return Misconfigured(message, system=SYSTEM, record=path, advice=advice)


def not_written(path: str) -> Unavailable:
    """A write whose caller gave up before it began."""
    return Unavailable(
        "the write was given up before it began; nothing changed.",
        system=SYSTEM,
        record=path,
        advice="It may be sent again.",
    )


def database_error(error: sqlite3.Error, path: str, *, committing: bool = False) -> ToolError:
    """SQLite's error as one of the tree; it must have been rolled back, unless it came while committing."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _BUSY:
        return Unavailable(
            f"{path} is locked by another process; nothing changed.",
            system=SYSTEM,
            record=path,
            advice="Try again in a moment; if it stays locked, end the process that holds it.",
        )
    if code == sqlite3.SQLITE_READONLY:
        return misconfigured(
            f"{path} is read-only.", path, "Give this user the right to write the file and its folder."
        )
    if code in _UNREACHABLE:
        return misconfigured(
            f"{path} cannot be opened.",
            path,
            "Check that the path is right and that this user may write there.",
        )
    if code in _DAMAGED:
        return misconfigured(
            f"{path} is no SQLite database, or it is damaged.", path, "Check the path, or restore a backup."
        )
    if committing:
        return OutcomeUnknown(
            f"{path} failed while a change was saved ({error}).",
            system=SYSTEM,
            record=path,
            advice="Read back by the same key before anything else.",
        )
    return Unavailable(
        f"{path} failed ({error}); nothing changed.",
        system=SYSTEM,
        record=path,
        advice="Check the disk, then try again.",
    )
