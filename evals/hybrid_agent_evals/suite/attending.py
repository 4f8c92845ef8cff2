"""What a worker does, a process or a thread: open the deployment once, then one item after the other."""

import asyncio
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeVar

from hybrid_agent.cli.failing import in_words
from hybrid_agent_evals.suite.opening import Opening, Stand, opened

Item = TypeVar("Item")
Made = TypeVar("Made")
Job = Callable[[Stand, Item], Coroutine[Any, Any, Made]]
"""What is done with each item; a function of a module, so that another process can import it."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The deployment is open: items may come."""


@dataclass(frozen=True, slots=True)
class Shut:
    """The deployment cannot be opened."""

    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Nothing came of an item: it failed, took too long, or its worker ended; `why` says it to people."""

    why: str


def attend(connection: Connection, opening: Opening, job: Job[Any, Any], folder: Path) -> None:
    """Answer every item that comes with what was made of it, until the other side closes.

    What is written for that is in `folder`.
    """
    with connection, suppress(BrokenPipeError):  # raised where nobody listens any more
        try:
            with opened(opening, folder) as stand:
                connection.send(Ready())
                _answer(connection, stand, job)
        except BrokenPipeError:
            raise
        except Exception as error:
            connection.send(Shut(in_words(error)))


def attend_as_process(connection: Connection, opening: Opening, job: Job[Any, Any], folder: Path) -> None:
    """The same in a process of its own, which never outlives its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    tempfile.tempdir = str(folder)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    attend(connection, opening, job, folder)


def _answer(connection: Connection, stand: Stand, job: Job[Any, Any]) -> None:
    for item in _items(connection):
        try:
            made = stand.run(job(stand, item))
        except asyncio.CancelledError:
            made = Lost("it cancelled itself")
        except Exception as error:
            made = Lost(in_words(error))
        connection.send(made)


def _items(connection: Connection) -> Iterator[Any]:
    with suppress(EOFError, OSError):
        while True:
            yield connection.recv()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
