"""A world for each conversation: a copy of a prepared shop and of empty records, and a clock that is told."""

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.records import Records, open_records
from hybrid_agent_evals.cases.models import Placed
from hybrid_agent_evals.worlds.calls import Log, watched
from hybrid_agent_evals.worlds.rows import Snapshot, change_rows, snapshot
from hybrid_agent_tools import ReadRetries, Toolbox
from hybrid_agent_tools.embedded import open_shop
from hybrid_agent_tools.embedded.sample import create_sample_shop

SHOP, RECORDS = "shop.db", "records.db"
AT_ONCE = ReadRetries(first_wait=0.0, longest_wait=0.0)
"""Reads are tried again without waiting: a case knows no wall clock."""


@dataclass(slots=True)
class Clock:
    """The moment, which passes only when a case says so."""

    at: datetime

    def __call__(self) -> datetime:
        """The moment."""
        return self.at

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.at += by


@dataclass(frozen=True, slots=True)
class World:
    """One conversation's world. `shop` is the database's file, `before` how it stood at the start.

    `systems` are the connected systems as they are, `toolbox` has them with every call noted in `log`.
    """

    clock: Clock
    shop: Path
    systems: Mapping[str, object]
    toolbox: Toolbox
    records: Records
    log: Log
    before: Snapshot


@dataclass(frozen=True, slots=True)
class Worlds:
    """A folder with a prepared shop for each start, of which every conversation gets a copy."""

    folder: Path
    _prepared: dict[str, Path] = field(default_factory=dict)

    @asynccontextmanager
    async def fresh(self, placed: Placed) -> AsyncIterator[World]:
        """A world for one case, gone afterwards. Raises ConfigurationError for an impossible state."""
        template = await asyncio.to_thread(self._template, placed)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="play-") as made:
            copy = Path(made) / "world"
            await asyncio.to_thread(shutil.copytree, template, copy)
            await asyncio.to_thread(change_rows, copy / SHOP, placed.case.shop, placed.where)
            clock, log = Clock(placed.at), Log()
            connection = open_shop(copy / SHOP, clock=clock)
            records = await open_records(f"sqlite:///{copy / RECORDS}")
            try:
                toolbox = Toolbox(watched(connection.systems, log), retries=AT_ONCE)
                before = await asyncio.to_thread(snapshot, copy / SHOP)
                yield World(clock, copy / SHOP, connection.systems, toolbox, records, log, before)
            finally:
                await records.aclose()
                await connection.close()

    def _template(self, placed: Placed) -> Path:
        start = f"{placed.at.isoformat()} {placed.shop or ''}"
        if start not in self._prepared:
            folder = self.folder / f"template-{hashlib.sha256(start.encode()).hexdigest()[:12]}"
            folder.mkdir(exist_ok=True)
            if placed.shop is None:
                create_sample_shop(folder / SHOP, now=placed.at, overwrite=True)
            else:
                _copy(placed.shop, folder / SHOP, placed.where)
            asyncio.run(_empty(folder / RECORDS))
            self._prepared[start] = folder
        return self._prepared[start]


async def _empty(records: Path) -> None:
    opened = await open_records(f"sqlite:///{records}")
    await opened.aclose()


def _copy(shop: Path, to: Path, where: str) -> None:
    try:
        shutil.copyfile(shop, to)
    except OSError as error:
        raise ConfigurationError(
            f"shop: {shop} cannot be read: {error.strerror}", where=where, advice="Check the path."
        ) from error


@contextmanager
def worlds() -> Iterator[Worlds]:
    """A folder for the worlds of one run, removed at its end."""
    with tempfile.TemporaryDirectory(prefix="hybrid-agent-evals-") as made:
        yield Worlds(Path(made))
