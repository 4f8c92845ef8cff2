"""What a turn may spend on language models, and what it has spent.

The meter is ambient, like a tracing span: a node of the graph starts one, and whatever asks a model inside it
adds to it, however deep. Outside of any, nothing is limited and nothing kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from pydantic import Field

from hybrid_agent.frozen import Frozen
from hybrid_agent.usage import Call, Usage

NOTHING = Usage()


class Budget(Frozen):
    """The most that one turn may spend: calls (retries count), tokens in and out, seconds of waiting."""

    calls: int = Field(6, ge=0)
    tokens: int = Field(20_000, ge=0)
    seconds: float = Field(30.0, ge=0)

    @property
    def spent(self) -> bool:
        """Whether nothing more can be asked."""
        return self.calls <= 0 or self.tokens <= 0 or self.seconds <= 0


@dataclass(slots=True)
class Meter:
    """The running count of a turn: what was spent in it before, and the calls made since."""

    budget: Budget | None = None
    before: Usage = NOTHING
    calls: list[Call] = field(default_factory=list)

    def add(self, call: Call) -> None:
        """Count a call that was made."""
        self.calls.append(call)

    @property
    def usage(self) -> Usage:
        """All that the turn has spent so far."""
        return self.before.plus(self.calls)

    def left(self) -> Budget | None:
        """What the turn may still spend, never below zero; None without a limit."""
        if self.budget is None:
            return None
        used = self.usage
        return Budget(
            calls=max(0, self.budget.calls - used.calls),
            tokens=max(0, self.budget.tokens - used.tokens),
            seconds=max(0.0, self.budget.seconds - used.seconds),
        )


_running: ContextVar[Meter | None] = ContextVar("meter", default=None)


def meter() -> Meter:
    """The meter that runs here; one without limit that nobody reads where none does."""
    return _running.get() or Meter()


@contextmanager
def metered(budget: Budget | None, before: Usage) -> Iterator[Meter]:
    """Meter what is asked inside."""
    running = Meter(budget, before)
    token = _running.set(running)
    try:
        yield running
    finally:
        _running.reset(token)
