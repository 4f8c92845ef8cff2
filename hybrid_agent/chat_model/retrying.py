"""Trying again after failures that may pass: how often, and after which pauses."""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from hybrid_agent.chat_model.errors import ModelError
from hybrid_agent.chat_model.metering import meter
from hybrid_agent.chat_model.model import Limits

if TYPE_CHECKING:
    from tenacity import AsyncRetrying, RetryCallState

LONGEST_PAUSE: Final = 8.0
"""Seconds that a pause between two attempts grows to; a server that asks for a longer one is given up."""


def retrying(limits: Limits) -> "AsyncRetrying":
    """What repeats an attempt that fails with a transient ModelError, within the turn's seconds."""
    from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, stop_before_delay

    left = meter().left()
    stop: Any = stop_after_attempt(limits.retries + 1)
    return AsyncRetrying(
        stop=stop | stop_before_delay(left.seconds) if left else stop,
        wait=_pauses(limits.backoff),
        sleep=_pause,
        retry=retry_if_exception(_may_pass),
        reraise=True,
    )


def _may_pass(error: BaseException) -> bool:
    """Whether the same request may work after a pause that can be waited for."""
    return isinstance(error, ModelError) and error.transient and (error.retry_after or 0) <= LONGEST_PAUSE


async def _pause(seconds: float) -> None:
    began = time.perf_counter()
    try:
        await asyncio.sleep(seconds)
    finally:
        meter().pause(time.perf_counter() - began)


def _pauses(backoff: float) -> "Callable[[RetryCallState], float]":
    """Full jitter: a random pause below a bound that doubles, or what the server asked for."""
    from tenacity import wait_random_exponential

    jittered = wait_random_exponential(multiplier=backoff, max=LONGEST_PAUSE)

    def pause(state: "RetryCallState") -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, ModelError) else None
        return jittered(state) if asked is None else asked

    return pause
