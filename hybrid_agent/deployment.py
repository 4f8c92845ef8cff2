"""The parts that a graph is built from."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hybrid_agent.catalog import Catalog
from hybrid_agent.chat_model import Budget, ChatModel, close
from hybrid_agent.guardrails import Meaning
from hybrid_agent.guardrails.screening import Screen
from hybrid_agent.knowledge import Knowledge
from hybrid_agent.knowledge.plugged.stores import let_go
from hybrid_agent.reasoning.protocol import Reasoner
from hybrid_agent.records import Records
from hybrid_agent.redaction.records import Places
from hybrid_agent.redaction.redactor import Redactor
from hybrid_agent.settings import LEASE, ServiceSettings
from hybrid_agent.slots import SlotKind
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
    what one turn may spend on language models. `prompts` and `calibration` are a deployment's own, for the
    model; `model` is the one in use. `redactor` finds what is personal, on every surface; `screen` is what a
    message passes first, `service` within which times people do their part.
    """

    name: str
    catalog: Catalog
    phrases: Mapping[str, str]
    toolbox: Toolbox
    reasoner: Reasoner
    records: Records
    knowledge: Knowledge | None = None
    screen: Screen | None = None
    meaning: Meaning | None = None
    clock: Clock = now_utc
    worker: str = "bot"
    patience: timedelta = timedelta(seconds=40)
    budget: Budget = field(default_factory=Budget)
    prompts: Path | None = None
    calibration: Path | None = None
    model: ChatModel | None = None
    lease: timedelta = LEASE
    redactor: Redactor = field(default_factory=Redactor)
    service: ServiceSettings = field(default_factory=ServiceSettings)
    close: Callable[[], Awaitable[None]] = field(default=nothing_to_close)

    def now(self) -> datetime:
        """The time where the shop is."""
        return self.clock().astimezone(ZoneInfo(self.catalog.timezone))

    def today(self) -> date:
        """The date where the shop is."""
        return self.now().date()

    def personal_places(self) -> Places:
        """Where the records of the connected systems hold personal data."""
        operations = self.toolbox.operations
        intents = self.catalog.intents.values()
        return Places(
            reads={name: each.personal_fields() for name, each in operations.items()},
            writes={name: each.personal_arguments() for name, each in operations.items()},
            facts={name: read.operation for intent in intents for name, read in intent.reads.items()},
            addresses=frozenset(
                name for name, each in self.catalog.slots.items() if each.kind is SlotKind.ADDRESS
            ),
        )

    async def aclose(self) -> None:
        """Let go of records, model, vector store and systems, each also where another cannot be closed."""
        async with AsyncExitStack() as closing:
            closing.push_async_callback(self.close)
            if self.knowledge is not None:
                closing.push_async_callback(asyncio.to_thread, let_go, self.knowledge.index.dense)
            if self.model is not None:
                closing.push_async_callback(close, self.model)
            closing.push_async_callback(self.records.aclose)
