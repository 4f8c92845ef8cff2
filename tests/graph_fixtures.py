"""The graph on a shop of its own, for tests that name this module in `pytest_plugins`."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from conftest import copy_of_sample
from graph_kit import Clock, Stage, open_stage
from langgraph.checkpoint.memory import InMemorySaver

from hybrid_agent import Deployment, load_deployment
from hybrid_agent.portal import run_here


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Deployment]:
    """The sample deployment, loaded once; tests give it a shop and records of their own."""
    deployment = load_deployment(copy_of_sample(tmp_path_factory.mktemp("loaded") / "sample", cache))
    yield deployment
    run_here(deployment.aclose())


@pytest.fixture
def clock() -> Clock:
    """The clock of the test's stage."""
    return Clock()


@pytest.fixture
async def stage(loaded: Deployment, tmp_path: Path, clock: Clock) -> AsyncIterator[Stage]:
    """A fresh shop, fresh records and a checkpointer in memory."""
    opened = await open_stage(loaded, tmp_path, InMemorySaver(), clock=clock)
    yield opened
    await opened.aclose()
