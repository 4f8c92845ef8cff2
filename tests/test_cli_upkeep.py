"""`hybrid-agent sweep`, `retain` and `forget`, as whoever runs the service calls them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_kit import run_inside

from hybrid_agent.loading import records_for
from hybrid_agent.portal import run_here
from hybrid_agent.records import Records, messages, ownership
from hybrid_agent.records.models import By, Said
from hybrid_agent.settings import read_settings

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def used(sample: Path) -> Path:
    """A deployment in which Anna asked something long ago, and a person who has it said nothing since."""
    records = records_for(read_settings(sample), sample.parent)
    try:
        run_here(_enter(records))
    finally:
        run_here(records.aclose())
    return sample


async def _enter(records: Records) -> None:
    asked = Said(mark="1", by=By.CUSTOMER, text="where is order 1001?", at=LONG_AGO)
    async with records.write() as tx:
        await messages.open_conversation(tx, "t", owner="C-1001", customer_id="C-1001", now=LONG_AGO)
        await messages.add(tx, "t", [asked])
        await ownership.take(tx, "t", by="mia", now=LONG_AGO)


def test_a_customer_is_forgotten_with_a_proof(used: Path) -> None:
    """Not without a yes, nor while a server may remember them; what was removed is listed, with a proof."""
    here = ("--deployment", used)
    asked = run_inside("forget", "C-1001", *here, given=b"n\n")
    assert asked.returncode == 2 and "nothing was changed" in asked.stderr
    nobody = run_inside("forget", " ", *here, "--yes")
    assert nobody.returncode == 2 and "no customer's id" in nobody.stderr
    elsewhere = run_inside("forget", "C-1001", *here, "--yes")
    assert elsewhere.returncode == 2 and "1 conversation of 1 cannot be found in" in elsewhere.stderr
    first = run_inside("forget", "C-1001", *here, "--yes", "--no-server", "--by", "ruth")
    assert first.returncode == 0, first.stderr
    assert "1  messages removed" in first.stdout and "found in none" in " ".join(first.stdout.split())
    again = run_inside("forget", "C-1001", *here, "--yes")
    assert (again.returncode, "0 conversations" in again.stdout) == (0, True)


def test_a_sweep_says_what_it_did(used: Path) -> None:
    """An idle person's conversation is named once; one that was kept long enough is counted once."""
    assert "idle: t" in run_inside("sweep", "--deployment", used).stdout
    assert "Nothing was due" in run_inside("sweep", "--deployment", used).stdout
    server = run_inside("retain", "--deployment", used, "--server", "http://127.0.0.1:9")
    assert server.returncode == 2 and "--token" in server.stderr
    assert "0 conversations" in run_inside("retain", "--deployment", used).stdout
