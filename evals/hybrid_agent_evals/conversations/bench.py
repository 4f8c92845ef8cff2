"""The benchmark as one call: which systems, which conversations, for how long, and where results are kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hybrid_agent.chat_model import ModelSettings
from hybrid_agent.settings import Thinking
from hybrid_agent_evals.conversations.cases import bundled, read_conversations, spread
from hybrid_agent_evals.conversations.contestants import NAMES, contestants
from hybrid_agent_evals.conversations.journal import Journal
from hybrid_agent_evals.conversations.report import Report
from hybrid_agent_evals.conversations.running import Tell, run


@dataclass(frozen=True, slots=True)
class Plan:
    """What to play. Without `systems` it is all of them, or without a model the one that needs none.

    `cases` is a folder; `seconds` is for the whole run; `out` is where results are kept and looked up.
    """

    systems: Sequence[str] | None = None
    model: ModelSettings | None = None
    cases: Path | None = None
    conversations: int | None = None
    seconds: float | None = None
    out: Path | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The systems that are meant, each once."""
        default = NAMES if self.model else (Thinking.LOCAL.value,)
        return tuple(dict.fromkeys(self.systems or default))


def bench(plan: Plan, tell: Tell) -> Report:
    """Play and report; `tell` gets a line after each conversation. Raises ConfigurationError."""
    return asyncio.run(_bench(plan, tell))


async def _bench(plan: Plan, tell: Tell) -> Report:
    cases = spread(read_conversations(plan.cases or bundled()), plan.conversations)
    journal = Journal(plan.out)
    if plan.model:
        tell(f"asking {plan.model.name} whether it answers ...")
    async with contestants(plan.names, plan.model) as systems:
        played = await run(
            systems,
            cases,
            model=plan.model.name if plan.model else "",
            journal=journal,
            tell=tell,
            seconds=plan.seconds,
        )
    return Report(played)
