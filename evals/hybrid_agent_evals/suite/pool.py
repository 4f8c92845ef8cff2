"""Something for each item of a list on one deployment, in parallel; what comes out is in the list's order."""

import multiprocessing
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from hybrid_agent.errors import ConfigurationError
from hybrid_agent_evals.suite.attending import Job, Lost, Ready, Shut, attend, attend_as_process
from hybrid_agent_evals.suite.opening import Opening
from hybrid_agent_evals.worlds.world import scratch

Item = TypeVar("Item")
Made = TypeVar("Made")

OPENING_SECONDS: Final = 300.0
"""How long a worker may take to open the deployment."""

CLOSING_SECONDS: Final = 5.0
"""How long an idle worker may take to let the deployment go."""

STARTS: Final = 3
"""How often a worker is started that ends before it has opened the deployment."""

TERMINATED: Final = 128 + signal.SIGTERM

LANE: Final = "hybrid-agent-eval"


@dataclass(slots=True)
class Worker:
    """Whoever works on one item at a time: `place` is the item's, `since` when it (or the opening) began."""

    connection: Connection
    runs: BaseProcess | threading.Thread
    since: float
    ready: bool = False
    place: int | None = None

    def end(self) -> None:
        """Let it close what it opened, if it is idle; else end it as it is, which only a process can be."""
        self.connection.close()
        if self.ready and self.place is None:
            self.runs.join(CLOSING_SECONDS)
        if not isinstance(self.runs, threading.Thread):
            self.runs.kill()
            self.runs.join()


@dataclass(slots=True)
class Pool(Generic[Item, Made]):
    """The workers on a list, which of its items is next, and what has been made."""

    opening: Opening
    job: Job[Item, Made]
    items: Sequence[Item]
    seconds: float
    folder: Path
    apart: bool
    workers: list[Worker] = field(default_factory=list)
    next: int = 0
    made: dict[int, Made | Lost] = field(default_factory=dict)
    failed_starts: int = 0

    def start(self) -> None:
        """One more worker."""
        ours, theirs = multiprocessing.Pipe()
        given: tuple[Any, ...] = (theirs, self.opening, self.job, self.folder)
        runs: BaseProcess | threading.Thread
        if self.apart:
            new = multiprocessing.get_context("spawn").Process
            runs = new(target=attend_as_process, args=given, daemon=True)
        else:
            runs = threading.Thread(target=attend, args=given, name=LANE, daemon=True)
        with _uninterrupted():
            runs.start()
        if self.apart:
            theirs.close()  # so that its end is heard when the process has ended
        self.workers.append(Worker(ours, runs, time.monotonic()))

    def step(self) -> None:
        """Wait until a worker has something to say or is out of time, and go on from there."""
        now = time.monotonic()
        due = min(self._limit(each) for each in self.workers)
        heard = wait([each.connection for each in self.workers], max(0.0, due - now))
        for worker in [each for each in self.workers if each.connection in heard]:
            self._hear(worker)
        now = time.monotonic()
        for worker in [each for each in self.workers if self._limit(each) <= now]:
            self._out_of_time(worker)

    def end(self) -> None:
        """End every worker."""
        for worker in self.workers:
            worker.end()

    def _limit(self, worker: Worker) -> float:
        return worker.since + (self.seconds if worker.ready else OPENING_SECONDS)

    def _hear(self, worker: Worker) -> None:
        try:
            said = worker.connection.recv()
        except (EOFError, OSError):
            self._ended(worker)
            return
        if isinstance(said, Shut):
            raise ConfigurationError(said.why)
        if isinstance(said, Ready):
            worker.ready = True
        elif worker.place is not None:
            self.made[worker.place] = said
            worker.place = None
        self._hand_on(worker)

    def _hand_on(self, worker: Worker) -> None:
        if self.next == len(self.items):
            self._dismiss(worker)
            return
        worker.place, worker.since = self.next, time.monotonic()
        self.next += 1
        with suppress(BrokenPipeError):  # it has just ended, which is heard next
            worker.connection.send(self.items[worker.place])

    def _ended(self, worker: Worker) -> None:
        if worker.place is None:
            self.failed_starts += 1
            if self.failed_starts == STARTS:
                advice = "It may lack memory: try --workers 1."
                raise ConfigurationError("a worker ended before it could begin", advice=advice)
        else:
            self.made[worker.place] = Lost("the process that played it ended; is there enough memory?")
        self._replace(worker)

    def _out_of_time(self, worker: Worker) -> None:
        if worker.place is None:
            message = f"the deployment was not open after {OPENING_SECONDS:g} seconds"
            raise ConfigurationError(message, where=self.opening.file)
        self.made[worker.place] = Lost(f"it did not end within {self.seconds:g} seconds (--timeout)")
        self._replace(worker)

    def _replace(self, worker: Worker) -> None:
        self._dismiss(worker)
        if self.next < len(self.items):
            self.start()

    def _dismiss(self, worker: Worker) -> None:
        self.workers.remove(worker)
        worker.end()


def each_of(
    opening: Opening, job: Job[Item, Made], items: Sequence[Item], *, workers: int, seconds: float
) -> Generator[Made | Lost, None, None]:
    """What the job makes of each item, in order; Lost where nothing came of it, and the rest goes on.

    One worker is a thread of this process, several are processes of their own; each opens the deployment
    once. An item that takes longer than `seconds` is given up. Whoever stops early ends the workers. Raises
    ConfigurationError where the deployment cannot be opened.
    """
    with ExitStack() as ending:
        ending.enter_context(_ending_when_told())
        folder = ending.enter_context(
            # A thread that was given up may write in it while it goes.
            tempfile.TemporaryDirectory(
                dir=scratch(), prefix="hybrid-agent-workers-", ignore_cleanup_errors=True
            )
        )
        pool = Pool(opening, job, items, seconds, Path(folder), apart=workers > 1)
        ending.callback(pool.end)
        for _ in range(min(workers, len(items))):
            pool.start()
        for place in range(len(items)):
            while place not in pool.made:
                pool.step()
            yield pool.made.pop(place)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """What is started now never hears Ctrl-C, not even while it imports: whoever started it ends it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _ending_when_told() -> Iterator[None]:
    """A run that is terminated, as CI does it, ends its workers and removes what it made, as at Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def stuck() -> bool:
    """Whether a thread that was given up still runs: the process would wait for it at its end."""
    return any(each.name == LANE for each in threading.enumerate())
