"""Where a conversation is played: a copy of the sample shop and of empty records, at a pinned moment."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hybrid_agent.records import Records, open_records
from hybrid_agent_evals.conversations.writes import WriteLog, watched
from hybrid_agent_tools import Toolbox
from hybrid_agent_tools.embedded import open_shop
from hybrid_agent_tools.embedded.sample import create_sample_shop

SHOP, RECORDS = "shop.db", "records.db"


@dataclass(frozen=True, slots=True)
class Stage:
    """One conversation's world. `shop` is the database's file, `systems` what is connected to it.

    The clock stands still.
    """

    at: datetime
    shop: Path
    systems: Mapping[str, object]
    toolbox: Toolbox
    records: Records
    log: WriteLog

    @property
    def clock(self) -> Callable[[], datetime]:
        """The moment of the conversation, whenever it is asked."""
        return lambda: self.at


@dataclass(frozen=True, slots=True)
class Stages:
    """A folder with a prepared shop for each moment, of which every conversation gets a copy."""

    folder: Path
    _prepared: dict[datetime, Path] = field(default_factory=dict)

    @asynccontextmanager
    async def fresh(self, at: datetime) -> AsyncIterator[Stage]:
        """A world for one conversation at that moment; it is gone afterwards."""
        template = await self._template(at)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="play-") as made:
            copy = Path(made) / "world"
            await asyncio.to_thread(shutil.copytree, template, copy)
            connection = open_shop(copy / SHOP, clock=lambda: at)
            records, log = await open_records(f"sqlite:///{copy / RECORDS}"), WriteLog()
            try:
                noted = Toolbox(watched(connection.systems, log))
                yield Stage(at, copy / SHOP, connection.systems, noted, records, log)
            finally:
                await records.aclose()
                await connection.close()

    async def _template(self, at: datetime) -> Path:
        if at not in self._prepared:
            folder = self.folder / f"template-{len(self._prepared)}"
            await asyncio.to_thread(create_sample_shop, folder / SHOP, now=at)
            records = await open_records(f"sqlite:///{folder / RECORDS}")
            await records.aclose()
            self._prepared[at] = folder
        return self._prepared[at]


@contextmanager
def stages() -> Iterator[Stages]:
    """A folder for the worlds of one run, removed at its end."""
    with tempfile.TemporaryDirectory(prefix="hybrid-agent-conversations-") as made:
        yield Stages(Path(made))
