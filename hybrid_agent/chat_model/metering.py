"""What a turn may spend on language models, and what it has spent.

The meter is ambient, like a tracing span: each node of the graph starts one with what the turn's earlier
nodes spent, and whatever asks a model inside adds to it, however deep. What a node spent that failed is not
known to the next meter. Outside of any meter no budget holds and nothing is kept.
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
    """What one turn may spend: calls (retries count), tokens in and out, seconds (with pauses between tries).

    Nothing is asked once one of them is spent, and a call ends with the seconds. Tokens are estimated before
    a call, so the server's own count may go beyond them.
    """

    calls: int = Field(6, ge=0)
    tokens: int = Field(20_000, ge=0)
    seconds: float = Field(30.0, ge=0)

    @property
    def spent(self) -> bool:
        """Whether nothing more can be asked."""
        return self.calls <= 0 or self.tokens <= 0 or self.seconds <= 0


@dataclass(slots=True)
class Meter:
    """A running count: what the turn spent before, and the calls made since."""

    budget: Budget | None = None
    before: Usage = NOTHING
    calls: list[Call] = field(default_factory=list)

    def add(self, call: Call) -> None:
        """Count a call that was made."""
        self.calls.append(call)

    def pause(self, seconds: float) -> None:
        """Count a pause before another try: it adds to what the last call took."""
        if self.calls:
            last = self.calls[-1]
            self.calls[-1] = last.model_copy(update={"ms": last.ms + seconds * 1000})

    @property
    def usage(self) -> Usage:
        """What the turn has spent so far: before, and in the calls made since."""
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
    """Meter what is asked inside, within what `before` leaves of the budget."""
    running = Meter(budget, before)
    token = _running.set(running)
    try:
        yield running
    finally:
        _running.reset(token)
