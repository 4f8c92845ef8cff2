"""A LangGraph server with the sample, as `hybrid-agent serve` starts it: one process for a session's tests.

Name this module in `pytest_plugins` and use the fixtures `served` and `sdk`. Tests share its records, so each
opens conversations of its own; orders of the sample that a test changes are nobody else's to use.
"""

import asyncio
import contextlib
import hashlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import jwt
import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from hybrid_agent.loading import records_for
from hybrid_agent.portal import run_here
from hybrid_agent.serving.identity.sessions import SignedIn, Times, begin
from hybrid_agent.serving.identity.visitors import visitor_token
from hybrid_agent.serving.people import Role
from hybrid_agent.settings import read_settings

PROGRAM = Path(sys.executable).parent / "hybrid-agent"
STARTS_WITHIN = 90.0
"""Seconds, on a busy machine."""


@dataclass(frozen=True)
class Served:
    """The running server: its address, its folders, and credentials for whoever is to call it."""

    url: str
    folder: Path
    work: Path
    secret: str
    log: Path
    _staff: dict[str, str] = field(default_factory=dict)

    @property
    def shop_secret(self) -> str:
        """What the sample's shop signs its customers' tokens with."""
        return hashlib.sha256(f"customers:{self.secret}".encode()).hexdigest()

    def customer(self, customer_id: str, **claims: Any) -> str:
        """A customer's token, signed by the shop; `claims` take the place of its own."""
        now = int(time.time())
        said = {"sub": customer_id, "aud": "hybrid-agent", "iat": now, "exp": now + 3600} | claims
        return jwt.encode(said, self.shop_secret, algorithm="HS256")

    def visitor(self) -> str:
        """The token of somebody anonymous and new."""
        return visitor_token(self.secret, datetime.now(UTC), timedelta(hours=1))

    def staff(self, user: str, role: Role = Role.AGENT, *roles: str) -> str:
        """The token of a member of staff's session, the same for the same name."""
        if user not in self._staff:
            self._staff[user] = run_here(self._begin(SignedIn(user, user, role, frozenset(roles), "test")))
        return self._staff[user]

    async def _begin(self, who: SignedIn) -> str:
        records = await asyncio.to_thread(
            records_for, read_settings(self.folder / "support.yaml"), self.folder
        )
        try:
            times = Times(timedelta(hours=1), timedelta(hours=1))
            return await begin(records, who, times, datetime.now(UTC))
        finally:
            await records.aclose()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Served]:
    """The server of this session's tests."""
    state = tmp_path_factory.mktemp("served")
    with running(state, cache) as server:
        yield server


def client_for(served: Served, token: str | None) -> LangGraphClient:
    """LangGraph's SDK as whoever has this token; close it."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return get_client(url=served.url, api_key=None, headers=headers)


@pytest.fixture
async def sdk(served: Served) -> AsyncIterator[Callable[[str | None], LangGraphClient]]:
    """Makes clients of LangGraph's SDK for whoever has a token; they are closed after the test."""
    made: list[LangGraphClient] = []

    def client(token: str | None) -> LangGraphClient:
        made.append(client_for(served, token))
        return made[-1]

    yield client
    for each in made:
        await each.aclose()


@contextlib.contextmanager
def running(state: Path, cache: Path) -> Iterator[Served]:
    """A server of one's own, ended at the end: what it says is in its log."""
    port, log = free_port(), state / "server.log"
    command = [str(PROGRAM), "serve", "--state", str(state), "--port", str(port)]
    with log.open("wb") as said:
        process = subprocess.Popen(
            command,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=environment(cache),
            start_new_session=True,
        )
    try:
        folder = _up(process, f"http://127.0.0.1:{port}", state, log)
        secret = (folder / "var" / "secret").read_text("utf-8").strip()
        yield Served(f"http://127.0.0.1:{port}", folder, folder / "var" / "server", secret, log)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def environment(cache: Path) -> dict[str, str]:
    """This process's, without settings of a server, and with the cache of the tests."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("HYBRID_AGENT_", "LANG"))
    }
    return kept | {"XDG_CACHE_HOME": str(cache.parent), "OMP_NUM_THREADS": "1"}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _up(process: "subprocess.Popen[bytes]", url: str, state: Path, log: Path) -> Path:
    """The sample's folder, once the server answers."""
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/ok").status_code == 200:
                return next(state.glob("sample-*"))
        time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text('utf-8')[-4000:]}")


@dataclass
class Orders:
    """Orders of the sample that wait to be packed, each given out once; cancelling one takes an approval."""

    shop: Path
    left: list[tuple[str, str]] = field(default_factory=list)

    def take(self) -> tuple[str, str]:
        """The number of an order that no other test uses, and its customer."""
        if not self.left:
            with contextlib.closing(sqlite3.connect(self.shop)) as shop:
                self.left = shop.execute(_UNPACKED).fetchall()[10:]
        return self.left.pop()


_UNPACKED = """
select number, customer_id from orders where cancelled_at is null
and number not in (select order_number from shipments) group by customer_id order by number
"""


@pytest.fixture(scope="session")
def orders(served: Served) -> Orders:
    """Orders that tests may cancel."""
    return Orders(served.folder / "var" / "shop.db")
