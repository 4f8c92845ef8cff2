"""Database addresses: plain ones are enough, the async driver is chosen here."""

from importlib.util import find_spec

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from hybrid_agent.records.errors import RecordsError

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
EXTRAS = {"asyncpg": "hybrid-agent[postgres]", "aiosqlite": "hybrid-agent"}


def async_url(url: str) -> URL:
    """`sqlite:///path` or `postgresql://...` with the async driver that serves it. Raises RecordsError."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise RecordsError(
            f"{url!r} is no database address",
            advice="Write sqlite:///path/to/file.db or postgresql://host/name.",
        ) from error
    where = parsed.render_as_string()
    backend = parsed.drivername.partition("+")[0]
    if backend not in DRIVERS:
        raise RecordsError(
            f"{backend} is not supported", where=where, advice="Use sqlite:///path or postgresql://host/name."
        )
    if backend == "sqlite" and _in_memory(parsed):
        raise RecordsError(
            "records need a file: every connection to memory sees a database of its own",
            where=where,
            advice="Write sqlite:///path/to/file.db; a temporary directory will do.",
        )
    named = parsed.set(drivername=_installed(DRIVERS[backend], where))
    return named if backend == "sqlite" else _ssl(named)


def plain(url: URL) -> str:
    """The address for messages: no driver, no password."""
    return url.set(drivername=url.get_backend_name()).render_as_string()


def _in_memory(url: URL) -> bool:
    return not url.database or ":memory:" in url.database or url.query.get("mode") == "memory"


def _ssl(url: URL) -> URL:
    """What other drivers call sslmode, asyncpg calls ssl."""
    query = {("ssl" if name == "sslmode" else name): value for name, value in url.query.items()}
    return url.set(query=query)


def _installed(dialect: str, where: str) -> str:
    driver = dialect.partition("+")[2]
    if find_spec(driver) is None:
        raise RecordsError(
            f"the driver {driver} is not installed",
            where=where,
            advice=f"Run: pip install '{EXTRAS[driver]}'",
        )
    return dialect
