"""Waiting for parts of other packages no longer than a deployment allows."""

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final, TypeVar

T = TypeVar("T")

MOST: Final = 16
"""Calls that may be under way at once: a part that hangs does not fill the process with threads."""


@dataclass(frozen=True, slots=True, eq=False)
class Patience:
    """How long one call may take, in seconds, and the room for calls that are under way."""

    seconds: float
    room: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(MOST))


def within(patience: Patience, work: Callable[[], T]) -> T:
    """What `work` returns or raises; it runs in a thread of its own.

    Raises TimeoutError where that takes too long: the call goes on, nobody waits for it, and it does not
    keep the process from ending.
    """
    if not patience.room.acquire(timeout=patience.seconds):
        raise TimeoutError(f"{MOST} calls before it have not ended")
    done: Future[T] = Future()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            done.set_result(context.run(work))
        except BaseException as error:
            done.set_exception(error)
        finally:
            patience.room.release()

    threading.Thread(target=run, name="hybrid-agent-plug", daemon=True).start()
    try:
        return done.result(timeout=patience.seconds)
    except TimeoutError:
        if done.done():
            raise
        raise TimeoutError(f"no answer within {patience.seconds:g} s") from None
