"""Whether a process says that it can serve, also while its database is down."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from graph_kit import Stage
from observing_kit import Watched, watched
from postgres import empty_database, stopped

from hybrid_agent.records import RecordsError, messages, open_records
from hybrid_agent.records.models import By
from hybrid_agent.serving.beside import beside
from hybrid_agent.serving.observing.health import Pulse
from hybrid_agent.serving.settings.observing import MetricsFor, Observing

pytest_plugins = ["graph_fixtures"]


@asynccontextmanager
async def serving(seen: Watched) -> AsyncIterator[Watched]:
    """What runs beside the requests runs inside."""
    async with beside(live_feed=seen.feed.run()):
        await asyncio.sleep(0)
        yield seen


async def test_a_database_that_goes_and_comes_back_loses_nothing(stage: Stage) -> None:
    """While it is down pages answer 503 with Retry-After; once it is up again, all goes on as it was."""
    async with await open_records(empty_database()) as records:
        on_postgres = stage.on(replace(stage.deployment, records=records), stage.saver)
        async with serving(watched(on_postgres, Observing(MetricsFor.LOOPBACK))) as seen:
            assert (await seen.get("/site/ready")).status_code == 200
            await seen.stage.say("Where is my order 1001?", id="m1")
            with stopped():
                ready = await seen.get("/site/ready")
                metrics = await seen.get("/site/metrics")
                assert (await seen.get("/site/health")).status_code == 200
                with pytest.raises(RecordsError):
                    await seen.stage.say("Where is my order 1002?", id="m2")
            assert (ready.status_code, ready.headers["retry-after"]) == (503, "5")
            assert ready.json()["parts"] == {"records": "cannot be reached", "live feed": "ok"}
            assert metrics.status_code == 503 and metrics.headers["retry-after"]
            assert metrics.headers["content-type"] == "application/problem+json"
            assert (await seen.get("/site/ready")).status_code == 200
            await seen.stage.say("Where is my order 1002?", id="m2")
            async with records.read() as connection:
                said = await messages.of_thread(connection, "t")
    by_customer = [each.text for each in said if each.by is By.CUSTOMER]
    assert by_customer == ["Where is my order 1001?", "Where is my order 1002?"]
    assert sum(each.by is By.BOT for each in said) == 2


async def test_what_is_not_ready_is_named(stage: Stage) -> None:
    """A live feed that does not run and work that has not come round are named; the rest is ok."""
    late, well = Pulse(within=-1), Pulse(within=60)
    seen = watched(stage, Observing(), {"recovery": late, "sweep": well})
    answer = await seen.get("/site/ready")
    assert answer.status_code == 503
    parts = answer.json()["parts"]
    assert parts["records"] == "ok" and parts["sweep"] == "ok"
    assert parts["live feed"] == "is not running"
    assert parts["recovery"].startswith("has not come round well")


async def test_a_part_that_hangs_or_fails_is_not_ready(stage: Stage) -> None:
    """Readiness answers in time whatever its parts do, and tells nothing of what they say."""

    async def hangs() -> None:
        await asyncio.Event().wait()

    async def fails() -> None:
        raise ValueError("postgresql://user:secret@host/db")

    answer = await watched(stage, Observing(), {"one": hangs, "other": fails}).get("/site/ready")
    assert answer.status_code == 503
    assert answer.json()["parts"]["one"] == "does not answer within 1 s"
    assert "secret" not in json.dumps(answer.json())


def test_a_database_that_is_down_at_start_is_told(sample: Path) -> None:
    """The server does not begin: a message says where and what to do, without the password."""
    text = sample.read_text("utf-8")
    url = "postgresql://user:pass-word@127.0.0.1:9/db"
    line = next(each for each in text.splitlines() if each.startswith("records:"))
    sample.write_text(text.replace(line, f"records: {url}"), "utf-8")
    given = {
        "HYBRID_AGENT_DEPLOYMENT": str(sample),
        "HYBRID_AGENT_SECRET": "s" * 32,
        "HYBRID_AGENT_URL": "http://127.0.0.1:8000",
    }
    ended = subprocess.run(
        [sys.executable, "-c", "import hybrid_agent.server"],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 2
    assert "127.0.0.1:9" in ended.stderr and "Check its address" in ended.stderr
    assert "pass-word" not in ended.stderr and "Traceback" not in ended.stderr
