"""Both databases, for tests that name this module in `pytest_plugins`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from postgres import empty_database

from hybrid_agent.records import Records, open_records


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    return empty_database() if request.param == "postgresql" else f"sqlite:///{tmp_path}/records.db"


@pytest.fixture
async def records(url: str) -> AsyncIterator[Records]:
    """Open records on either database."""
    async with await open_records(url) as opened:
        yield opened
