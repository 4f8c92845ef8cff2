"""Processes of Aegra on one PostgreSQL and one Redis, with the sample shop behind them, for tests."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import jwt
import pytest
import yaml
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from hybrid_agent.records import open_records
from hybrid_agent.serving.identity.sessions import SignedIn, Times, begin
from hybrid_agent.serving.people import Role

ROOT = Path(__file__).parent.parent
PYTHON = ROOT / ".venv" / "aegra" / "bin" / "python"
ON_AEGRA = ROOT / "deploy" / "aegra"
QUICK = {"LEASE_DURATION_SECONDS": "3", "HEARTBEAT_INTERVAL_SECONDS": "1", "REAPER_INTERVAL_SECONDS": "1"}
"""How soon Aegra notices that a worker died: seconds."""

LEASE = "2s"
"""How soon the bot looks after a write that was begun."""

SHOP_SECRET, AUDIENCE = secrets.token_urlsafe(40), "hybrid-agent"


def _free_port() -> int:
    with closing(socket.socket()) as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port


def _programs() -> Path:
    """The folder of PostgreSQL's programs. Skips the test, with the reason, where something is missing."""
    if not PYTHON.exists():
        pytest.skip("there is no Aegra here: make aegra")
    if shutil.which("redis-server") is None:
        pytest.skip("there is no redis-server on this machine: apt-get install redis-server")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("there is no PostgreSQL on this machine: apt-get install postgresql")
    return found[-1].parent


@contextmanager
def running_postgres() -> Iterator[str]:
    """A cluster of our own, which ends with the block; yields the address of it without a database."""
    programs, port = _programs(), _free_port()
    folder = Path(tempfile.mkdtemp(prefix="hybrid-agent-aegra-", dir="/tmp"))
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres")

    def control(*arguments: object) -> None:
        subprocess.run([*user, *map(str, arguments)], check=True, capture_output=True, timeout=60, cwd="/")

    data, options = folder / "data", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    try:
        control(programs / "initdb", "-D", data, "-A", "trust", "-U", "bot", "--no-sync")
        control(programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        for name in ("aegra", "records"):
            control(programs / "createdb", "-h", "127.0.0.1", "-p", port, "-U", "bot", name)
        yield f"postgresql://bot@127.0.0.1:{port}"
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            control(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_redis() -> Iterator[str]:
    """A Redis of our own, which ends with the block; yields its address."""
    port = _free_port()
    asked = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    with subprocess.Popen(asked, stdout=subprocess.DEVNULL, cwd="/") as server:
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


@dataclass
class Worker:
    """One process of the server."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """As a power cut does it."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Fleet:
    """The processes with what they share; `address` is PostgreSQL's, `shop` the file of the sample shop."""

    address: str
    shop: Path
    workers: list[Worker]
    environment: dict[str, str]
    log: Path
    clients: list[LangGraphClient] = field(default_factory=list)

    def start(self) -> Worker:
        """One more process."""
        port = _free_port()
        ours = {
            "HYBRID_AGENT_URL": f"http://127.0.0.1:{port}",
            "HYBRID_AGENT_API_URL": f"http://127.0.0.1:{port}",
        }
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [PYTHON, "-m", "uvicorn", "aegra_api.main:app", "--host", "127.0.0.1", "--port", str(port)],
                env=self.environment | ours,
                stdout=log,
                stderr=log,
                cwd="/",
            )
        self.workers.append(Worker(port, process))
        return self.workers[-1]

    async def ready(self, *workers: Worker, within: float = 240) -> None:
        """Wait until these serve. Raises AssertionError with the end of their log."""
        until = time.monotonic() + within
        async with httpx2.AsyncClient() as http:
            for each in workers:
                while not await _answers(http, each):
                    gone = each.process.poll() is not None or time.monotonic() > until
                    assert not gone, self.log.read_text()[-3000:]
                    await asyncio.sleep(0.3)

    def customer(self, worker: Worker, name: str = "C-1001") -> LangGraphClient:
        """A customer, by a token of the shop."""
        now = datetime.now(UTC)
        claims = {"sub": name, "aud": AUDIENCE, "iat": now, "exp": now + timedelta(hours=1)}
        return self._client(worker, jwt.encode(claims, SHOP_SECRET, algorithm="HS256"))

    async def agent(self, worker: Worker) -> LangGraphClient:
        """A member of staff, by a session."""
        who = SignedIn("noor", "Noor", Role.AGENT, frozenset(), "test")
        times = Times(timedelta(hours=1), timedelta(hours=2))
        async with await open_records(f"{self.address}/records") as records:
            return self._client(worker, await begin(records, who, times, datetime.now(UTC)))

    def _client(self, worker: Worker, token: str) -> LangGraphClient:
        self.clients.append(
            get_client(url=worker.url, headers={"Authorization": f"Bearer {token}"}, api_key=None)
        )
        return self.clients[-1]

    async def asked(self, sql: str, *values: object, of: str = "records") -> list[tuple[Any, ...]]:
        """What one of the databases holds, seen past the server."""
        async with self.connected(of) as connection:
            return [tuple(each) for each in await connection.fetch(sql, *values)]

    @asynccontextmanager
    async def connected(self, of: str) -> AsyncIterator[Any]:
        """A connection of the test's own."""
        connection = await asyncpg.connect(f"{self.address}/{of}")
        try:
            yield connection
        finally:
            await connection.close()

    async def until(
        self, sql: str, *values: object, of: str = "records", within: float = 30
    ) -> tuple[Any, ...]:
        """The first row of a query as soon as there is one."""
        until = time.monotonic() + within
        while not (found := await self.asked(sql, *values, of=of)):
            assert time.monotonic() < until, f"no row in {within} s: {sql}\n{self.log.read_text()[-3000:]}"
            await asyncio.sleep(0.05)
        return found[0]

    async def worker_of(self, run: str) -> Worker:
        """The process that has a run."""
        (claimed,) = await self.until(
            "SELECT claimed_by FROM runs WHERE run_id = $1 AND claimed_by IS NOT NULL", run, of="aegra"
        )
        return next(each for each in self.workers if f"-{each.process.pid}-" in claimed)

    def stop(self) -> None:
        """End all processes."""
        for each in self.workers:
            each.process.terminate()
        for each in self.workers:
            with contextlib.suppress(subprocess.TimeoutExpired):
                each.process.wait(10)
            each.process.kill()
            each.process.wait()


async def _answers(http: httpx2.AsyncClient, worker: Worker) -> bool:
    try:
        return (await http.get(f"{worker.url}/site/ready")).status_code == 200
    except httpx2.TransportError:
        return False


def deployed(sample: Path, address: str) -> None:
    """Let the sample keep its records in PostgreSQL, and look after crashes soon."""
    settings = yaml.safe_load(sample.read_text("utf-8"))
    settings["records"] = f"{address}/records"
    settings["lease"] = LEASE
    settings["systems"]["embedded"]["busy_timeout"] = 30
    sample.write_text(yaml.safe_dump(settings), "utf-8")


def environment_of(sample: Path, address: str, redis: str) -> dict[str, str]:
    """What the processes are told."""
    return {
        **os.environ,
        **QUICK,
        "PYTHONPATH": str(ON_AEGRA),
        "AEGRA_CONFIG": str(ON_AEGRA / "aegra.json"),
        "AUTH_TYPE": "custom",
        "DATABASE_URL": f"{address}/aegra",
        "REDIS_BROKER_ENABLED": "true",
        "REDIS_URL": redis,
        "WORKER_COUNT": "1",
        "LOG_LEVEL": "WARNING",
        "OMP_NUM_THREADS": "1",
        "HYBRID_AGENT_DEPLOYMENT": str(sample),
        "HYBRID_AGENT_SECRET": secrets.token_urlsafe(40),
        "HYBRID_AGENT_CUSTOMER_JWT_SECRET": SHOP_SECRET,
        "HYBRID_AGENT_CUSTOMER_JWT_AUDIENCE": AUDIENCE,
    }


@contextmanager
def holding(shop: Path) -> Iterator[None]:
    """Keep everybody from writing to the shop."""
    with closing(sqlite3.connect(shop, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def words(text: str) -> dict[str, Any]:
    """The input of a run in which a customer says this."""
    return {"messages": [{"type": "human", "content": text, "id": str(uuid4())}]}
