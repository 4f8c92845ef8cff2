"""Conversations that are killed: a warm process forks children that serve on real files and die.

`crash_kit.py SAMPLE CACHE CRASHES SEED SHARD OF` prints a JSON line: kills by boundary, ends, what is wrong.
A boundary is where a real part is wrapped: before and after the commit of every transaction of the records,
before a write is sent and after the shop committed it, before and after a checkpoint is saved.
"""

import asyncio
import gc
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from crash_judge import judge
from crash_world import ADDRESS, LEASE, NEWS, REFUND, THANKS, Killer, Op, Warm, opened
from embedded_kit import fresh_shop

FLOWS: dict[str, tuple[Op, ...]] = {
    "address": (("say", "m1", ADDRESS), ("say", "m2", "yes")),
    "refund": (("say", "m1", REFUND), ("decide",)),
}
FAULTS = ("", "answer lost", "answer lost for good", "never sent", "refused")


@dataclass(frozen=True)
class Ended:
    """How a child ended: killed as planned, or with what it saw."""

    killed: bool
    saw: list[Any]
    passed: list[str]


def start(warm: Warm, folder: Path, ops: Sequence[Op], *, kill: int | None = None, fault: str = "") -> int:
    """Fork a child that does `ops` and dies at its `kill`-th boundary; returns its process id."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    report = folder / f"report-{os.getpid()}"
    try:
        report.write_text(json.dumps(asyncio.run(_serve(warm, folder, ops, Killer(kill), fault))))
        os._exit(0)
    except BaseException:
        report.write_text(traceback.format_exc())
        os._exit(1)


async def _serve(warm: Warm, folder: Path, ops: Sequence[Op], killer: Killer, fault: str) -> dict[str, Any]:
    async with opened(warm, folder, killer, fault) as world:
        saw = [await world.do(op) for op in ops]
    return {"saw": saw, "passed": killer.passed}


def here(warm: Warm, folder: Path, ops: Sequence[Op], fault: str = "") -> Ended:
    """`ops` done unharmed in this process: what they import and cache, every child has from its start."""
    return Ended(False, **asyncio.run(_serve(warm, folder, ops, Killer(), fault)))


def wait(folder: Path, pid: int) -> Ended:
    """The end of a child. Raises RuntimeError with its traceback if it failed by itself."""
    _, status = os.waitpid(pid, 0)
    report = folder / f"report-{pid}"
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return Ended(True, [], [])
    text = report.read_text()
    if status != 0:
        raise RuntimeError(text)
    return Ended(False, **json.loads(text))


def run(warm: Warm, folder: Path, ops: Sequence[Op], **how: Any) -> Ended:
    """A child from its start to its end."""
    return wait(folder, start(warm, folder, ops, **how))


@dataclass(frozen=True)
class Survivor:
    """One more child, which opens the files anew for every script that it is given; it is never killed."""

    ask: IO[str]
    answers: IO[str]

    def play(self, folder: Path, ops: Sequence[Op]) -> Ended:
        """A script from its start to its end. Raises RuntimeError with its traceback if it failed."""
        print(json.dumps([str(folder), list(ops)]), file=self.ask, flush=True)
        answer = json.loads(self.answers.readline())
        if isinstance(answer, str):
            raise RuntimeError(answer)
        return Ended(False, **answer)


def survivor(warm: Warm) -> Survivor:
    """Fork the child that lives; it ends when its input does."""
    (its_input, ask), (answers, its_output) = os.pipe(), os.pipe()
    if os.fork() == 0:
        os.close(ask)
        os.close(answers)
        with os.fdopen(its_input) as asked, os.fdopen(its_output, "w") as said:
            for line in asked:
                folder, ops = json.loads(line)
                print(json.dumps(_answer(warm, Path(folder), ops)), file=said, flush=True)
        os._exit(0)
    os.close(its_input)
    os.close(its_output)
    return Survivor(os.fdopen(ask, "w"), os.fdopen(answers))


def _answer(warm: Warm, folder: Path, ops: Sequence[Op]) -> dict[str, Any] | str:
    try:
        return asyncio.run(_serve(warm, folder, ops, Killer(), ""))
    except Exception:
        return traceback.format_exc()


@dataclass(frozen=True)
class Case:
    """A kill at boundary `at` of step `step` of a flow, and what is tried afterwards."""

    flow: str
    step: int
    at: int
    boundary: str
    fault: str
    aftermath: str
    again: int | None = None


LATER = ("clock", LEASE.total_seconds() + 1)
AFTERMATHS = ("recover, same message", "recover, new message", "same message at once", "new message at once",
              "agent at once", "recover, agent", "hours later")  # fmt: skip


def aftermath(case: Case) -> list[Op]:
    """What the customer, the agent and the restarted process do after the kill."""
    steps = FLOWS[case.flow][: case.step + 1]
    _, message_id, text = next(op for op in reversed(steps) if op[0] == "say")
    repeat = ("say", message_id if "same" in case.aftermath else "m8", text)
    first: dict[str, list[Op]] = {
        "recover, same message": [LATER, ("recover",), repeat],
        "recover, new message": [LATER, ("recover",), repeat],
        "same message at once": [repeat, LATER, ("recover",)],
        "new message at once": [repeat, LATER, ("recover",)],
        "agent at once": [("decide",), LATER, ("recover",), repeat],
        "recover, agent": [LATER, ("recover",), ("decide",), repeat],
        "hours later": [("clock", 5 * 3600), ("recover",), repeat],
    }
    told = case.step + (steps[-1] != ("decide",))
    rest = list(FLOWS[case.flow][told:])
    end = [LATER, ("recover",), ("say", "m9", NEWS), LATER, ("recover",)]
    return [*first[case.aftermath], *rest, *end]


CLOSING: tuple[Op, ...] = (
    ("clock", 600), ("recover",), ("close hand-offs",), ("say", "m10", THANKS), ("recover",), ("said",),
)  # fmt: skip


@dataclass
class Theatre:
    """The snapshots before each step, and the boundaries that each step passes."""

    warm: Warm
    base: Path
    boundaries: dict[tuple[str, int, str], list[str]] = field(default_factory=dict)
    lives: Survivor = field(init=False)

    def rehearse(self) -> None:
        """Play every step once, unharmed, to learn its boundaries and to keep the files before it."""
        for flow, steps in FLOWS.items():
            before = self.base / f"{flow}-0"
            before.mkdir()
            fresh_shop(before)
            for number, op in enumerate(steps):
                for fault in self._worth_trying(flow, number):
                    after = self._copy(before, f"{flow}-{number + 1}" if not fault else "scrap")
                    self.boundaries[flow, number, fault] = here(self.warm, after, [op], fault).passed
                    if fault:
                        shutil.rmtree(after)
                before = self.base / f"{flow}-{number + 1}"
        gc.collect()
        gc.freeze()
        self.lives = survivor(self.warm)

    def _worth_trying(self, flow: str, number: int) -> Iterator[str]:
        """The faults that a step can meet: none but the first, where it calls nothing."""
        yield FAULTS[0]
        if any(boundary.startswith("call") for boundary in self.boundaries[flow, number, FAULTS[0]]):
            yield from FAULTS[1:]

    def _copy(self, source: Path, name: str) -> Path:
        return Path(shutil.copytree(source, self.base / name, ignore=shutil.ignore_patterns("report-*")))

    def cases(self, crashes: int, seed: int) -> list[Case]:
        """Every boundary with every aftermath once, then at random until there are enough."""
        chance = random.Random(seed)
        plain = [
            Case(flow, step, at, boundary, fault, after)
            for (flow, step, fault), passed in self.boundaries.items()
            for at, boundary in enumerate(passed)
            for after in AFTERMATHS
            if not fault or "call" in " ".join(passed[: at + 1])
        ]
        chance.shuffle(plain)
        seen: Counter[tuple[str, int, str, int]] = Counter()
        ranked = sorted(plain, key=lambda case: self._round(case, seen))
        chosen = [ranked[n % len(ranked)] for n in range(crashes)]
        return [
            Case(**{**vars(case), "again": chance.randrange(12)})
            if chance.random() < 0.25 or n >= len(ranked)
            else case
            for n, case in enumerate(chosen)
        ]

    @staticmethod
    def _round(case: Case, seen: Counter[tuple[str, int, str, int]]) -> int:
        place = (case.flow, case.step, case.fault, case.at)
        seen[place] += 1
        return seen[place]

    def play(self, case: Case) -> tuple[int, dict[str, Any], list[str]]:
        """Kill, recover, go on; returns the kills, the end state, and what is wrong with it."""
        folder = self._copy(self.base / f"{case.flow}-{case.step}", "case")
        try:
            first = run(self.warm, folder, [FLOWS[case.flow][case.step]], kill=case.at, fault=case.fault)
            if not first.killed:
                return 0, {}, [f"boundary {case.at} was not reached"]
            kills, script = 1, aftermath(case)
            if case.again is not None:
                kills += run(self.warm, folder, script, kill=case.again).killed
            seen = self.lives.play(folder, [LATER, *script, *CLOSING])
            return kills, *judge(folder, seen.saw, lost=bool(case.fault) or case.aftermath == "hours later")
        except RuntimeError as error:
            return 0, {}, [str(error)]
        finally:
            shutil.rmtree(folder)

    def race(self, flow: str, boundary: str) -> list[str]:
        """Kill at a boundary, then let two processes recover and serve at the same moment."""
        at = self.boundaries[flow, 1, ""].index(boundary)
        folder = self._copy(self.base / f"{flow}-1", "case")
        try:
            run(self.warm, folder, [FLOWS[flow][1]], kill=at)
            at_once = ("start at", time.monotonic() + 0.15)
            pids = [start(self.warm, folder, [LATER, at_once, ("recover",)]) for _ in range(2)]
            both = [wait(folder, pid).saw[2] for pid in pids]
            seen = self.lives.play(folder, [LATER, LATER, ("recover",), ("say", "m9", NEWS), *CLOSING])
            done = [each for settled, executed, _ in both for each in (*settled, *executed)]
            wrong = [] if len(done) == 1 else [f"two at once say that they did: {done}"]
            return [*wrong, *judge(folder, seen.saw, lost=False)[1]]
        except RuntimeError as error:
            return [str(error)]
        finally:
            shutil.rmtree(folder)


def main(sample: str, cache: str, crashes: str, seed: str, shard: str, of: str) -> None:
    """Play this shard's cases and print what came of them as one JSON line."""
    shm = Path("/dev/shm")
    base = Path(tempfile.mkdtemp(prefix="crash-", dir=shm if shm.is_dir() else None))
    try:
        theatre = Theatre(Warm.load(Path(sample), Path(cache)), base)
        theatre.rehearse()
        kills, outcomes, wrong = Counter[str](), Counter[str](), list[str]()
        for case in theatre.cases(int(crashes), int(seed))[int(shard) :: int(of)]:
            count, end, problems = theatre.play(case)
            kills[case.boundary] += min(count, 1)
            kills["in the aftermath"] += max(count - 1, 0)
            outcomes[end.get("outcome", "none")] += 1
            wrong += [f"{case}: {problem}" for problem in problems]
        for flow in FLOWS:
            for boundary in ("claim: before commit", "claim: after commit", "call: before the answer came"):
                outcomes["raced"] += 1
                wrong += [f"race {flow} {boundary}: {problem}" for problem in theatre.race(flow, boundary)]
        print(json.dumps({"kills": kills, "outcomes": outcomes, "wrong": wrong}))
    finally:
        shutil.rmtree(base)


if __name__ == "__main__":
    main(*sys.argv[1:])
