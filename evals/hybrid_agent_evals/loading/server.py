"""A server of the benchmark's own: a copy of the sample, started as `make serve` does, ended by its id."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

STARTS_WITHIN = 180.0
"""Seconds: a first start trains and indexes what later ones find."""
ENDS_WITHIN = 30.0


class ServerFailedError(Exception):
    """The server did not start, or ended before it was told to; the message has the end of its log."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the server's files are, and with which secrets it is started."""

    folder: Path
    url: str
    secret: str
    customers_secret: str

    @property
    def deployment(self) -> Path:
        """The deployment file."""
        return self.folder / "sample" / "support.yaml"

    @property
    def log(self) -> Path:
        """What the server writes: a JSON object a line."""
        return self.folder / "server.log"

    def kept_mb(self) -> float:
        """Megabytes of what the ended server wrote down of the conversations that it had in memory."""
        files = (each for each in (self.folder / "state").rglob("*") if each.is_file())
        return sum(each.stat().st_size for each in files) / 1e6


def prepared(folder: Path) -> Site:
    """A copy of the sample in the folder, to be served at a free port."""
    with resources.as_file(resources.files("hybrid_agent") / "sample") as bundled:
        shutil.copytree(bundled, folder / "sample", ignore=shutil.ignore_patterns("var"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Site(folder, f"http://127.0.0.1:{port}", secrets.token_hex(32), secrets.token_hex(32))


@contextmanager
def running(site: Site) -> Iterator[subprocess.Popen[bytes]]:
    """The server while it is ready. Raises ServerFailedError."""
    with site.log.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            _command(site),
            env=_environment(site),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(site, process)
        yield process
    finally:
        _end(process)


def _command(site: Site) -> list[str]:
    port = site.url.rpartition(":")[2]
    state = str(site.folder / "state")
    cli = [sys.executable, "-c", "from hybrid_agent.cli import main; main()"]
    return [*cli, "serve", "--port", port, "--deployment", str(site.deployment), "--state", state]


def _environment(site: Site) -> dict[str, str]:
    return {
        **os.environ,
        "HYBRID_AGENT_SECRET": site.secret,
        "HYBRID_AGENT_CUSTOMER_JWT_SECRET": site.customers_secret,
        "HYBRID_AGENT_CUSTOMER_JWT_AUDIENCE": "hybrid-agent",
        "HYBRID_AGENT_METRICS": "loopback",
        "HYBRID_AGENT_LOGS": "json",
    }


def _wait_until_ready(site: Site, process: subprocess.Popen[bytes]) -> None:
    import httpx2

    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            if httpx2.get(f"{site.url}/site/ready", timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.2)
    raise failed(site, "the server is not ready")


def failed(site: Site, what: str) -> ServerFailedError:
    """What went wrong, with what the server said last."""
    tail = "\n".join(site.log.read_text("utf-8", "replace").splitlines()[-10:])
    return ServerFailedError(f"{what}; its last lines are:\n{tail}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Its own session is ended with it: only what it started itself is in there."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, how)
        try:
            process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            continue
