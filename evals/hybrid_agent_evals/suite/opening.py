"""The deployment under evaluation, loaded without touching its records and systems."""

import asyncio
import json
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from hybrid_agent import Deployment, load_deployment
from hybrid_agent.chat_model import ModelSettings
from hybrid_agent.cli.places import bundled
from hybrid_agent.knowledge.sources.finding import is_address
from hybrid_agent.settings import (
    SETTINGS,
    Settings,
    Thinking,
    cache_folder,
    read_settings,
    settings_file,
    user_cache,
)
from hybrid_agent_evals.worlds.world import Worlds, worlds

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opening:
    """Which deployment is evaluated, and with which model, reasoner and catalog, if not the file's own."""

    file: Path
    model: ModelSettings | None = None
    reasoner: Thinking | None = None
    catalog: Path | None = None

    def settings(self) -> Settings:
        """The file's settings with these in their place. Raises ConfigurationError."""
        given = {"model": self.model, "reasoner": self.reasoner}
        settings = read_settings(self.file)
        return settings.model_copy(update={name: each for name, each in given.items() if each is not None})


@dataclass(frozen=True, slots=True)
class Stand:
    """What cases are played on: the deployment, the worlds of this process, and the loop they all run on."""

    deployment: Deployment
    worlds: Worlds
    loop: asyncio.Runner

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end; its exception is raised here."""
        return self.loop.run(work)


def deployment_file(named: Path | None) -> Path:
    """The deployment file that is meant: the one named, the one in this folder, or the sample's."""
    if named is None:
        return Path(SETTINGS) if Path(SETTINGS).is_file() else bundled(SETTINGS)
    return settings_file(named)


@contextmanager
def opened(opening: Opening, folder: Path | None = None) -> Iterator[Stand]:
    """The deployment and its worlds, in `folder`, gone afterwards. Raises what `load_deployment` raises."""
    with (
        worlds(folder) as made,
        tempfile.TemporaryDirectory(dir=made.folder) as own,
        asyncio.Runner() as loop,
    ):
        file = _stand_in(opening, Path(own))
        deployment = load_deployment(file, model=opening.model, reasoner=opening.reasoner)
        try:
            yield Stand(deployment, made, loop)
        finally:
            loop.run(deployment.aclose())


def _stand_in(opening: Opening, folder: Path) -> Path:
    """A copy of the settings that names the same files, but a shop and records of its own."""
    settings, home = read_settings(opening.file), opening.file.resolve().parent
    given = yaml.safe_load(opening.file.read_text("utf-8"))
    other = {"catalog": str(opening.catalog)} if opening.catalog else {}
    copy = folder / SETTINGS
    copy.write_text(json.dumps({**given, **_placed(settings, home, folder), **other}), "utf-8")
    return copy


def _placed(settings: Settings, home: Path, folder: Path) -> dict[str, Any]:
    """Every key that names a place: what is read is read where it is, what is written goes to `folder`."""
    own = {name: getattr(settings, name) for name in ("catalog", "prompts", "calibration", "answerability")}
    return {
        **{name: str(home / path) for name, path in own.items() if path is not None},
        "knowledge": [each if is_address(each) else str(home / each) for each in settings.knowledge],
        # Found by its place, the sample's cache would be written into the installed package.
        "cache": str(user_cache() if home == bundled().resolve() else cache_folder(settings, home)),
        "systems": {"embedded": {"database": "shop.db", "sample": True}},
        "records": f"sqlite:///{folder / 'records.db'}",
    }
