"""The tables come into being, or are brought up to date: once, whichever process is first."""

from collections.abc import Sequence

from sqlalchemy import insert, inspect, select, text, update
from sqlalchemy.engine import Connection

from hybrid_agent.records.errors import WrongDatabaseError
from hybrid_agent.records.migrating import MIGRATES, migrate
from hybrid_agent.records.schema import (
    POSTGRES_GUARDS,
    SQLITE_GUARDS,
    VERSION,
    Relaxed,
    metadata,
    versions,
)

CREATION_LOCK = 0x68796272
"""PostgreSQL's advisory lock under which the tables are made."""


async def ensure_schema(tx: Relaxed, where: str) -> None:
    """Make the tables if they are not there, and bring those of the version before up to this one.

    Writes in any case, so that a read-only database shows at once. Raises WrongDatabaseError where the
    tables are of another version.
    """
    if tx.dialect.name == "postgresql":
        await tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CREATION_LOCK})
    await tx.run_sync(_ensure, where)


def _ensure(connection: Connection, where: str) -> None:
    if not inspect(connection).has_table(versions.name):
        metadata.create_all(connection, checkfirst=False)
        _guard(connection)
        connection.execute(insert(versions).values(version=VERSION))
        return
    found: Sequence[int] = connection.execute(select(versions.c.version)).scalars().all()
    if list(found) == [MIGRATES]:
        migrate(connection)
        _guard(connection)
    elif list(found) != [VERSION]:
        raise _wrong_version(found, where)
    connection.execute(update(versions).values(version=VERSION))


def _guard(connection: Connection) -> None:
    for guard in POSTGRES_GUARDS if connection.dialect.name == "postgresql" else SQLITE_GUARDS:
        connection.exec_driver_sql(guard)


def _wrong_version(found: Sequence[int], where: str) -> WrongDatabaseError:
    newer = bool(found) and max(found) > VERSION
    return WrongDatabaseError(
        f"its tables are of version {max(found, default='unknown')}; this code needs version {VERSION}",
        where=where,
        advice="Upgrade hybrid-agent, or name another database."
        if newer
        else "Name a new database, or use the hybrid-agent that made this one.",
    )
