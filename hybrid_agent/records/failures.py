"""Database errors, told as errors of this room."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError, StatementError

from hybrid_agent.records.errors import (
    BusyError,
    ContradictionError,
    RecordsError,
    UnavailableError,
    WrongDatabaseError,
)

DRIVERS = ("asyncpg", "sqlite3")
"""Whose own errors come through where SQLAlchemy does not wrap them: connecting, and beginning."""

Kind = tuple[tuple[str, ...], type[RecordsError], str, str]

KINDS: tuple[Kind, ...] = (
    (
        ("is locked", "deadlock detected", "lock timeout", "QueuePool limit", "timed out"),
        BusyError,
        "somebody else holds it too long",
        "Nothing was written; try again. Look for a process that keeps a transaction open.",
    ),
    (
        ("readonly database", "read-only transaction", "permission denied"),
        UnavailableError,
        "it may not be written",
        "Give this process the right to write the database and its folder.",
    ),
    (
        ("file is not a database", "malformed"),
        WrongDatabaseError,
        "this is no sound database",
        "Name another file, or restore a backup.",
    ),
    (
        ("unable to open database file",),
        UnavailableError,
        "the file cannot be opened",
        "Create its folder, or correct the path.",
    ),
    (
        ("UNIQUE constraint", "FOREIGN KEY constraint", "unique constraint", "foreign key constraint"),
        ContradictionError,
        "this is on record already, or refers to nothing on record",
        "Read what stands, then decide again.",
    ),
)

OTHERWISE: Kind = ((), UnavailableError, "the database failed", "Check its address, and that it is up.")


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn whatever the database or its driver raises inside into a RecordsError about `where`."""
    try:
        yield
    except StatementError as error:
        raise _tell(error.orig or error, where) from error
    except (SQLAlchemyError, OSError) as error:
        raise _tell(error, where) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in DRIVERS:
            raise
        raise _tell(error, where) from error


def _tell(error: BaseException, where: str) -> RecordsError:
    said = str(error) or ("timed out" if isinstance(error, TimeoutError) else type(error).__name__)
    if isinstance(error, ValueError):
        return RecordsError(f"this cannot be recorded ({said})", where=where, advice="Correct the value.")
    kind = next((kind for kind in KINDS if any(mark in said for mark in kind[0])), OTHERWISE)
    _, told_as, message, advice = kind
    return told_as(f"{message} ({said.splitlines()[0]})", where=where, advice=advice)
