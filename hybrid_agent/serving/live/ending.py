"""Streams end when the server is told to: it waits for every open connection before it stops."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

STOPPING: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def at_signal(end: Callable[[], None]) -> Iterator[None]:
    """Call `end` on this loop when the process is told to stop, before whatever else handles that signal.

    Only a process's main thread hears signals: elsewhere nothing is called.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {each: signal.getsignal(each) for each in STOPPING}

    def stop(number: int, frame: FrameType | None) -> Any:
        loop.call_soon_threadsafe(end)
        known = before[signal.Signals(number)]
        return known(number, frame) if callable(known) else None

    for each in STOPPING:
        signal.signal(each, stop)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
