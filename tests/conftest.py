"""Fixtures that every test may use: the sample deployment, fresh for each test, with one shared cache.

`sample` is the path of a test's own `support.yaml`; what it writes (shop, records) stays in that test's
folder, the trained classifier and the index of the articles are shared by all workers of the session.
"""

import os
import shutil
import tempfile
from importlib import resources
from pathlib import Path

import pytest
import yaml
from filelock import FileLock

from hybrid_agent import load_deployment
from hybrid_agent.portal import run_here

MEMORY = Path("/dev/shm")
SHARED = ("served", "browser")
"""Fixtures of which a session has one: xdist gives the tests with one of them to one worker."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where pictures of pages are kept, for people to look at."""
    parser.addoption("--screenshots", metavar="FOLDER", help="keep pictures of the pages under test there")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that want a running server or a browser, and keep those that share one together."""
    for item in items:
        used = [each for each in SHARED if each in getattr(item, "fixturenames", ())]
        if used:
            item.add_marker(pytest.mark.served)
            item.add_marker(pytest.mark.xdist_group(used[0]))


def pytest_configure() -> None:
    """Keep temporary files in memory where there is room: every commit of a database waits for its disk."""
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 2**30:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Where deployments under test keep what can be computed again; its parent serves as XDG_CACHE_HOME.

    One worker fills it with what the sample needs while the others wait: together they would take longer.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "shared-cache" / "hybrid-agent"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / "filling.lock"):
        if not any(folder.iterdir()):
            filled = load_deployment(copy_of_sample(tmp_path_factory.mktemp("filling") / "sample", folder))
            run_here(filled.aclose())
    return folder


@pytest.fixture
def sample(tmp_path: Path, cache: Path) -> Path:
    """The `support.yaml` of a fresh copy of the sample deployment."""
    return copy_of_sample(tmp_path / "sample", cache)


def copy_of_sample(folder: Path, cache: Path) -> Path:
    """Copy the sample deployment into `folder` with its cache elsewhere; returns its `support.yaml`."""
    with resources.as_file(resources.files("hybrid_agent") / "sample") as bundled:
        shutil.copytree(bundled, folder, ignore=shutil.ignore_patterns("var"))
    file = folder / "support.yaml"
    settings = yaml.safe_load(file.read_text("utf-8"))
    file.write_text(yaml.safe_dump({**settings, "cache": str(cache)}, allow_unicode=True), "utf-8")
    return file
