"""A background event loop for sync code that needs async parts, started once a process, on first use."""

import asyncio
import contextvars
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


def run_here(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end from sync code, in the caller's context; its exception is raised here.

    A forked process starts a loop of its own: what was opened before the fork belongs to the parent's.
    """
    done: Future[T] = Future()
    context = contextvars.copy_context()
    loop = _portal.running()
    loop.call_soon_threadsafe(lambda: loop.create_task(_settle(work, done), context=context))
    return done.result()


async def _settle(work: Coroutine[Any, Any, T], done: "Future[T]") -> None:
    try:
        done.set_result(await work)
    except BaseException as error:
        done.set_exception(error)


@dataclass(slots=True)
class _Portal:
    loop: asyncio.AbstractEventLoop | None = None
    starting: threading.Lock = field(default_factory=threading.Lock)

    def running(self) -> asyncio.AbstractEventLoop:
        with self.starting:
            if self.loop is None:
                self.loop = asyncio.new_event_loop()
                threading.Thread(
                    target=self.loop.run_forever, name="hybrid-agent-portal", daemon=True
                ).start()
            return self.loop

    def forget(self) -> None:
        """In a forked process: no thread runs the loop there, and one that is gone may hold the lock."""
        self.loop, self.starting = None, threading.Lock()


_portal = _Portal()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_portal.forget)
