"""`hybrid-agent sweep`, `retain` and `forget`, as whoever runs the service calls them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_kit import run_inside
from sqlalchemy import update

from hybrid_agent import Caller, Deployment, load_deployment, voice
from hybrid_agent.cli.opening import opened
from hybrid_agent.cli.places import place_of
from hybrid_agent.portal import run_here
from hybrid_agent.records.schema import owners


@pytest.fixture
def used(sample: Path) -> Path:
    """A deployment in which Anna asked something."""
    with opened(place_of(sample, None)) as session:
        run_here(session.send("t", "where is order 1001?", Caller.customer("C-1001")))
    return sample


def test_a_customer_is_forgotten_with_a_proof(used: Path) -> None:
    """Not without a yes; then what was removed is listed, and the search finds nothing."""
    here = ("--deployment", used)
    asked = run_inside("forget", "C-1001", *here, given=b"n\n")
    assert asked.returncode == 2 and "nothing was changed" in asked.stderr
    nobody = run_inside("forget", " ", *here, "--yes")
    assert nobody.returncode == 2 and "no customer's id" in nobody.stderr
    first = run_inside("forget", "C-1001", *here, "--yes", "--by", "ruth")
    assert first.returncode == 0, first.stderr
    assert "2  messages removed" in first.stdout and "found in none" in " ".join(first.stdout.split())
    again = run_inside("forget", "C-1001", *here, "--yes")
    assert (again.returncode, "0 conversations" in again.stdout) == (0, True)


def test_a_sweep_says_what_it_did(used: Path) -> None:
    """An idle person's conversation is named once."""
    deployment = load_deployment(used)
    run_here(_idle(deployment))
    assert "idle: t" in run_inside("sweep", "--deployment", used).stdout
    assert "Nothing was due" in run_inside("sweep", "--deployment", used).stdout
    server = run_inside("retain", "--deployment", used, "--server", "http://127.0.0.1:9")
    assert server.returncode == 2 and "--token" in server.stderr
    assert "0 conversations" in run_inside("retain", "--deployment", used).stdout


async def _idle(deployment: Deployment) -> None:
    await voice.take_over(deployment, "t", Caller.staff("mia", "agent"))
    async with deployment.records.write() as tx:
        await tx.execute(update(owners).values(heard=datetime(2020, 1, 1, tzinfo=UTC)))
    await deployment.aclose()
