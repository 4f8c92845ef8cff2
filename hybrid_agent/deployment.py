"""The parts that a graph is built from."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hybrid_agent.catalog import Catalog
from hybrid_agent.chat_model.metering import Budget
from hybrid_agent.knowledge import Knowledge
from hybrid_agent.reasoning.protocol import Reasoner
from hybrid_agent.records import Records
from hybrid_agent.settings import LEASE
from hybrid_agent_tools import Toolbox

Clock = Callable[[], datetime]


def now_utc() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


async def nothing_to_close() -> None:
    """For deployments that opened nothing of their own."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One shop's bot: what it serves, with what, and where it keeps its records.

    `lease` is how long a claimed write may take before it is looked at by somebody else; `worker` names
    this process in the ledger. `patience` is how long the reasoner may take for one answer; `budget` is
    what one turn may spend on language models.
    """

    name: str
    catalog: Catalog
    phrases: Mapping[str, str]
    toolbox: Toolbox
    reasoner: Reasoner
    records: Records
    knowledge: Knowledge | None = None
    clock: Clock = now_utc
    worker: str = "bot"
    patience: timedelta = timedelta(seconds=40)
    budget: Budget = field(default_factory=Budget)
    lease: timedelta = LEASE
    close: Callable[[], Awaitable[None]] = field(default=nothing_to_close)

    async def aclose(self) -> None:
        """Let go of the records and the connected systems, each also where the other cannot be closed."""
        try:
            await self.records.aclose()
        finally:
            await self.close()
