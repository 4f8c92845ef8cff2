"""A circuit breaker: a provider that is gone is left alone for a while, so that no turn waits for it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from hybrid_agent.chat_model.errors import Failure, ModelError

GONE: Final = frozenset(
    {
        Failure.UNREACHABLE,
        Failure.UNAUTHORISED,
        Failure.UNKNOWN_MODEL,
        Failure.RATE_LIMITED,
        Failure.TIMED_OUT,
    }
)
"""The failures that the next request would most likely meet as well."""


@dataclass(slots=True)
class Breaker:
    """Closed until `threshold` failures in a row, then open for `pause` seconds, then one may try again.

    `clock` counts seconds and never goes back.
    """

    threshold: int = 3
    pause: float = 30.0
    clock: Callable[[], float] = time.monotonic
    failures: int = 0
    opened: float | None = None
    trying: bool = False

    @contextmanager
    def watching(self, name: str) -> Iterator[None]:
        """Watch one request. Raises ModelError of kind PAUSED where it may not be made."""
        mine = self._enter(name)
        try:
            yield
        except ModelError as error:
            if error.kind in GONE:
                self._failed()
            elif error.kind is not Failure.OVER_BUDGET:
                self._worked()
            raise
        else:
            self._worked()
        finally:
            self.trying = self.trying and not mine

    def _enter(self, name: str) -> bool:
        """Whether this request is the one that tries again."""
        if self.opened is None:
            return False
        waited = self.clock() - self.opened
        if self.trying or waited < self.pause:
            message = f"{name} failed {self.failures} times in a row and is left alone for {self.pause:g} s"
            raise ModelError(Failure.PAUSED, message)
        self.trying = True
        return True

    def _failed(self) -> None:
        self.failures += 1
        if self.failures >= self.threshold:
            self.opened = self.clock()

    def _worked(self) -> None:
        self.failures, self.opened = 0, None
