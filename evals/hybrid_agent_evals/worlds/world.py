"""A world for each conversation: a copy of a prepared shop and of empty records, and a clock that is told."""

import asyncio
import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from threading import Lock

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.records import Records, open_records
from hybrid_agent_evals.cases.models import Placed
from hybrid_agent_evals.cases.naming import unknown
from hybrid_agent_evals.cases.turns import NOBODY
from hybrid_agent_evals.worlds.calls import Log, watched
from hybrid_agent_evals.worlds.owners import CUSTOMERS
from hybrid_agent_evals.worlds.rows import Snapshot, change_rows, snapshot
from hybrid_agent_tools import ReadRetries, Toolbox, ToolError
from hybrid_agent_tools.embedded import open_shop
from hybrid_agent_tools.embedded.sample import create_sample_shop

SHOP, RECORDS = "shop.db", "records.db"
MEMORY, ROOM = Path("/dev/shm"), 2**29  # noqa: S108 - folders in it are made as those of tempfile are
AT_ONCE = ReadRetries(first_wait=0.0, longest_wait=0.0)
"""Reads are tried again without waiting: a case knows no wall clock."""
Tools = Callable[[Mapping[str, object]], Toolbox]
"""Makes a toolbox of connected systems."""


def at_once(systems: Mapping[str, object]) -> Toolbox:
    """The toolbox that cases are played with."""
    return Toolbox(systems, retries=AT_ONCE)


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
class Template:
    """A prepared shop with empty records, and the shop's rows."""

    folder: Path
    rows: Snapshot


@dataclass(frozen=True, slots=True)
class Worlds:
    """A folder with a prepared shop for each start, of which every conversation gets a copy."""

    folder: Path
    tools: Tools = at_once
    _prepared: dict[str, Template] = field(default_factory=dict)
    _preparing: Lock = field(default_factory=Lock)

    @asynccontextmanager
    async def fresh(self, placed: Placed) -> AsyncIterator[World]:
        """A world for one case, gone afterwards. Raises ConfigurationError for an impossible state."""
        template = await asyncio.to_thread(self._template, placed)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="play-") as made:
            copy = Path(made) / "world"
            await asyncio.to_thread(shutil.copytree, template.folder, copy)
            before = await asyncio.to_thread(_begun, template, copy / SHOP, placed)
            clock, log = Clock(placed.at), Log()
            chance = Random(placed.case.id)  # noqa: S311 - the same links and codes in every run
            connection = open_shop(copy / SHOP, clock=clock, chance=chance)
            records = await open_records(f"sqlite:///{copy / RECORDS}")
            try:
                toolbox = self.tools(watched(connection.systems, log))
                yield World(clock, copy / SHOP, connection.systems, toolbox, records, log, before)
            finally:
                await records.aclose()
                await connection.close()

    def _template(self, placed: Placed) -> Template:
        start = f"{placed.at.isoformat()} {placed.shop or ''}"
        with self._preparing:
            if start not in self._prepared:
                folder = self.folder / f"template-{hashlib.sha256(start.encode()).hexdigest()[:12]}"
                folder.mkdir(exist_ok=True)
                if placed.shop is None:
                    create_sample_shop(folder / SHOP, now=placed.at, overwrite=True)
                else:
                    _copy(placed.shop, folder / SHOP)
                asyncio.run(_empty(folder / RECORDS))
                self._prepared[start] = Template(folder, snapshot(folder / SHOP))
            return self._prepared[start]


def _begun(template: Template, shop: Path, placed: Placed) -> Snapshot:
    """The rows that a case starts from, once it has changed its copy of the shop."""
    change_rows(shop, placed.case.shop, placed.where)
    before = snapshot(shop) if placed.case.shop else template.rows
    _writers_exist(placed, before)
    return before


async def _empty(records: Path) -> None:
    opened = await open_records(f"sqlite:///{records}")
    await opened.aclose()


def _copy(shop: Path, to: Path) -> None:
    """A copy of a user's shop, with what its write-ahead log holds. Raises ConfigurationError for no shop."""
    advice = "Name an SQLite file of the embedded connector under shop, relative to the case file."
    try:
        with (
            closing(sqlite3.connect(f"{shop.resolve().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(to)) as copy,
        ):
            source.backup(copy)
        asyncio.run(_opens(to))
    except (sqlite3.Error, OSError, ValueError, ToolError) as error:
        problem = str(error).replace(str(to), str(shop))  # the copy's place differs by run
        raise ConfigurationError(f"shop: cannot be used: {problem}", where=shop, advice=advice) from error


async def _opens(shop: Path) -> None:
    await open_shop(shop).close()


def _writers_exist(placed: Placed, shop: Snapshot) -> None:
    """Raises ConfigurationError for a customer whom the shop has not, unless the case took them out."""
    removed = placed.case.shop.get(CUSTOMERS, {})
    known = {key for table, key in shop if table == CUSTOMERS}
    for each in placed.case.writers:
        if each != NOBODY and each not in known and each not in removed:
            raise ConfigurationError(
                unknown("customer", each, known),
                where=placed.where,
                advice=f"Write {NOBODY!r} for somebody who is not signed in.",
            )


@contextmanager
def worlds(folder: Path | None = None) -> Iterator[Worlds]:
    """A folder for the worlds of one run, removed at its end: in `folder`, or where files are fast."""
    with tempfile.TemporaryDirectory(dir=folder or scratch(), prefix="hybrid-agent-evals-") as made:
        yield Worlds(Path(made))


def scratch() -> Path | None:
    """Memory, where it is mounted as files and has room: a database on disk waits for it at every commit."""
    roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if roomy and "TMPDIR" not in os.environ else None
