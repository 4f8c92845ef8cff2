"""A background event loop for sync code that needs async parts, started once a process, on first use."""

import asyncio
import contextvars
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def run_here(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end from sync code, in the caller's context; its exception is raised here."""
    done: Future[T] = Future()
    context = contextvars.copy_context()
    loop = _loop()
    loop.call_soon_threadsafe(lambda: loop.create_task(_settle(work, done), context=context))
    return done.result()


async def _settle(work: Coroutine[Any, Any, T], done: "Future[T]") -> None:
    try:
        done.set_result(await work)
    except BaseException as error:
        done.set_exception(error)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="hybrid-agent-portal", daemon=True).start()
    return loop
