"""Loading a deployment and letting it go: nothing stays open, whatever fails."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from platformdirs import user_cache_path

from hybrid_agent import ConfigurationError, Deployment, load_deployment
from hybrid_agent.knowledge import BuildError
from hybrid_agent.portal import run_here
from hybrid_agent.records import Records, RecordsError, UnavailableError
from hybrid_agent.settings import Settings, cache_folder
from hybrid_agent_tools import ToolError
from hybrid_agent_tools.connectors import Connection
from hybrid_agent_tools.embedded import connect

pytest_plugins = ["graph_fixtures"]


def open_noted(settings: Mapping[str, Any], folder: Path) -> Connection:
    """The embedded shop, which leaves a file where it is closed."""
    shop = connect(settings, folder)

    async def close() -> None:
        await shop.close()
        (folder / "closed").touch()

    return Connection(shop.systems, close)


def changed(sample: Path, *, more: Mapping[str, Any] | None = None, **settings: object) -> Path:
    """The sample with some settings replaced, a shop that notes its closing, and `more` systems."""
    standing = yaml.safe_load(sample.read_text("utf-8"))
    systems = {"test_loading:open_noted": standing["systems"]["embedded"], **(more or {})}
    sample.write_text(yaml.safe_dump({**standing, "systems": systems, **settings}, sort_keys=False), "utf-8")
    return sample


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"knowledge": ["nowhere"]}, BuildError),
        ({"encoder": "nowhere:factory"}, ConfigurationError),
        ({"records": "sqlite:////dev/null/records.db"}, RecordsError),
    ],
    ids=["knowledge", "encoder", "records"],
)
def test_what_was_opened_is_closed_when_a_later_part_fails(
    sample: Path, settings: dict[str, Any], error: type[Exception]
) -> None:
    """A deployment of which one part cannot be had leaves no system connected."""
    with pytest.raises(error):
        load_deployment(changed(sample, **settings))
    assert (sample.parent / "closed").exists()


def test_the_systems_before_one_that_cannot_be_reached_are_closed(sample: Path) -> None:
    """A second connector that is not there closes the first."""
    with pytest.raises(ToolError, match="nowhere"):
        load_deployment(changed(sample, more={"nowhere": {}}))
    assert (sample.parent / "closed").exists()


def test_systems_are_closed_also_where_the_records_cannot_be(loaded: Deployment, sample: Path) -> None:
    """The failure of the records is raised, after the systems were let go."""

    class Stuck(Records):
        async def aclose(self) -> None:
            raise UnavailableError("the connection is gone")

    whole = load_deployment(changed(sample))
    stuck = replace(whole, records=Stuck.__new__(Stuck))
    with pytest.raises(UnavailableError):
        run_here(stuck.aclose())
    assert (sample.parent / "closed").exists()
    run_here(whole.records.aclose())


def test_caches_are_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a `cache` in the settings nothing is read from a folder that others can write to."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    settings = Settings(name="n", catalog=Path("c.yaml"), systems={"embedded": {}}, records="sqlite:///r.db")
    assert cache_folder(settings, tmp_path / "shop") == user_cache_path("hybrid-agent", appauthor=False)
    assert cache_folder(settings.model_copy(update={"cache": Path("own")}), tmp_path) == tmp_path / "own"
