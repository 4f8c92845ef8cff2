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
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import IO, Any

from crash_judge import judge, read_rows
from embedded_kit import NOW, fresh_shop
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from hybrid_agent import Caller, Deployment, build_graph
from hybrid_agent.catalog.load import load_catalog, phrases_of
from hybrid_agent.encoding import default_encoder
from hybrid_agent.knowledge import load_knowledge
from hybrid_agent.reasoning.local import LocalReasoner
from hybrid_agent.reasoning.protocol import Reasoner, Utterance, Wanted
from hybrid_agent.reasoning.training import classifier_for
from hybrid_agent.records import Records, hand_offs, open_records
from hybrid_agent.recovery import recover
from hybrid_agent.session import Session, Turn
from hybrid_agent.state import Question, QuestionKind
from hybrid_agent_tools import OutcomeUnknown, Rejected, Toolbox, Unavailable, all_operations
from hybrid_agent_tools.embedded import open_shop
from hybrid_agent_tools.toolbox import ReadRetries

THREAD = "t"
ANNA, BOSS = Caller.customer("C-1001"), Caller.staff("ruth", "supervisor")
LEASE = timedelta(seconds=60)
ADDRESS = "Please change the address of order 1001 to Hauptstraße 5, 10117 Berlin, Germany"
REFUND = "I want a refund for order 1003, it arrived broken"
NEWS = "Thank you."
THANKS = "Thank you very much, that is all."

Op = tuple[Any, ...]

FLOWS: dict[str, tuple[Op, ...]] = {
    "address": (("say", "m1", ADDRESS), ("say", "m2", "yes")),
    "refund": (("say", "m1", REFUND), ("decide",)),
}
FAULTS = ("", "answer lost", "answer lost for good", "never sent", "refused")
PLACES = {
    "_proceed": "propose",
    "enter": "approve",
    "register": "register",
    "carry_out": "claim",
    "_entered": "record",
    "guard": "events",
    "hand_off": "hand-off",
    "_give_up": "recovery",
    "_pass_on": "recovery",
    "_expire": "recovery",
}


@dataclass
class Killer:
    """Counts boundaries and ends the process at the chosen one, as a power cut would."""

    at: int | None = None
    passed: list[str] = field(default_factory=list)

    def reach(self, boundary: str) -> None:
        if len(self.passed) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed.append(boundary)


@dataclass(frozen=True)
class CountedRecords:
    """The records, whose transactions are boundaries named after the function that opened them."""

    real: Records
    killer: Killer

    @property
    def where(self) -> str:
        return self.real.where

    def read(self) -> Any:
        return self.real.read()

    def write(self) -> Any:
        return self._counted(self.real.write())

    def write_relaxed(self) -> Any:
        return self._counted(self.real.write_relaxed())

    @asynccontextmanager
    async def _counted(self, transaction: Any) -> AsyncIterator[Any]:
        place = _place(sys._getframe(1))
        async with transaction as tx:
            yield tx
            self.killer.reach(f"{place}: before commit")
        self.killer.reach(f"{place}: after commit")

    async def aclose(self) -> None:
        await self.real.aclose()


def _place(frame: FrameType | None) -> str:
    while frame is not None and "/hybrid_agent/" not in frame.f_code.co_filename:
        frame = frame.f_back
    name = frame.f_code.co_name if frame else "?"
    return PLACES.get(name, name)


class CountedSaver(AsyncSqliteSaver):
    """The checkpointer, whose saves are boundaries."""

    killer: Killer

    async def aput(self, *args: Any, **kwargs: Any) -> Any:
        self.killer.reach("checkpoint: before")
        saved = await super().aput(*args, **kwargs)
        self.killer.reach("checkpoint: after")
        return saved

    async def aput_writes(self, *args: Any, **kwargs: Any) -> None:
        self.killer.reach("checkpoint: before writes")
        await super().aput_writes(*args, **kwargs)
        self.killer.reach("checkpoint: after writes")


@dataclass(frozen=True)
class CountedOrders:
    """The order system, whose writes are boundaries and may go wrong as real ones do."""

    real: Any
    killer: Killer
    fault: str

    def __getattr__(self, name: str) -> Any:
        if name in ("refund", "update_address"):
            return lambda **given: self._write(getattr(self.real, name), given)
        if name in ("find_refund", "find_address_update"):
            return lambda **given: self._read_back(getattr(self.real, name), given)
        return getattr(self.real, name)

    async def _write(self, method: Any, given: dict[str, Any]) -> Any:
        self.killer.reach("call: before it is sent")
        if self.fault == "refused":
            raise Rejected("the shop says no.", system="orders", advice="Tell the customer.")
        if self.fault == "never sent":
            raise OutcomeUnknown("no answer.", system="orders", advice="Read back.")
        done = await method(**given)
        self.killer.reach("call: before the answer came")
        if self.fault.startswith("answer lost"):
            raise OutcomeUnknown("no answer.", system="orders", advice="Read back.")
        return done

    async def _read_back(self, method: Any, given: dict[str, Any]) -> Any:
        if self.fault == "answer lost for good":
            raise Unavailable("not reachable.", system="orders", advice="Try later.")
        return await method(**given)


@dataclass
class Clock:
    """A clock that only the script moves."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Warm:
    """What is loaded before the first fork: no loop runs and no database has been opened."""

    parts: dict[str, Any]

    @classmethod
    def load(cls, sample: Path, cache: Path) -> "Warm":
        catalog, encoder = load_catalog(sample / "catalog.yaml"), default_encoder()
        classifier = classifier_for(catalog, encoder, cache)
        reasoner = LocalReasoner(catalog, classifier)
        asyncio.run(_use(reasoner, tuple(catalog.slots)))
        all_operations()
        return cls(
            {
                "name": "killed",
                "catalog": catalog,
                "phrases": phrases_of(catalog),
                "reasoner": reasoner,
                "knowledge": load_knowledge([sample / "knowledge"], encoder, cache),
            }
        )


async def _use(reasoner: Reasoner, slots: tuple[str, ...]) -> None:
    """Fill what is cached at first use; the loop and its threads have ended before the first fork."""
    asked = Question(kind=QuestionKind.CONFIRM, request_id="m1:0")
    for text in (ADDRESS, REFUND, NEWS, THANKS, "yes"):
        utterance = Utterance(text=text, now=NOW, question=asked)
        await reasoner.classify(utterance)
        await reasoner.extract(utterance, Wanted(slots=slots))


@dataclass
class World:
    """One process's view of the files in `folder`."""

    folder: Path
    clock: Clock
    deployment: Deployment
    session: Session
    said: int = 0

    async def do(self, op: Op) -> Any:
        match op:
            case ("say", message_id, text):
                return told(await self.session.send(THREAD, text, ANNA, message_id=message_id))
            case ("decide",):
                return told(await self.session.decide(THREAD, self._decisions(), BOSS))
            case ("clock", seconds):
                self.clock.now += timedelta(seconds=seconds)
            case ("recover",):
                done = await recover(self.deployment)
                return [list(done.settled), list(done.executed), list(done.handed_off)]
            case ("close hand-offs",):
                async with self.deployment.records.write() as tx:
                    for each in await hand_offs.listing(tx, thread=THREAD):
                        await hand_offs.close(tx, each.id, by="ruth", now=self.clock())
            case ("start at", moment):
                await asyncio.sleep(moment - time.monotonic())
            case ("said",):
                state = await self.session.graph.aget_state({"configurable": {"thread_id": THREAD}})
                return [str(each.text) for each in state.values.get("messages", []) if each.type == "ai"]
        return None

    def _decisions(self) -> list[dict[str, str]]:
        """What an agent sends, who has the inbox before them: pending or not, it is sent again."""
        known = read_rows(self.folder / "records.db", "SELECT id, digest FROM hybrid_agent_approvals")
        return [{"type": "approve", "approval_id": each, "digest": digest} for each, digest in known]


def told(turn: Turn) -> dict[str, Any]:
    """A turn as it reached its caller."""
    return {
        "status": turn.status.value,
        "text": turn.reply.text if turn.reply else None,
        "notices": list(turn.notices),
    }


@asynccontextmanager
async def opened(warm: Warm, folder: Path, killer: Killer, fault: str) -> AsyncIterator[World]:
    """The bot on the files of `folder`, as a process does that starts."""
    clock = Clock()
    shop = open_shop(folder / "shop.db", clock=clock)
    systems = {**shop.systems, "orders": CountedOrders(shop.systems["orders"], killer, fault)}
    records = await open_records(f"sqlite:///{folder / 'records.db'}")
    deployment = Deployment(
        **warm.parts,
        toolbox=Toolbox(systems, retries=ReadRetries(attempts=1)),
        records=CountedRecords(records, killer),  # type: ignore[arg-type]
        clock=clock,
        worker=f"worker-{os.getpid()}",
        lease=LEASE,
    )
    async with CountedSaver.from_conn_string(str(folder / "checkpoints.db")) as saver:
        saver.killer = killer  # type: ignore[attr-defined]
        graph = build_graph(deployment, checkpointer=saver)
        yield World(folder, clock, deployment, Session(graph, deployment))
    await deployment.aclose()
    await shop.close()


@dataclass(frozen=True)
class Ended:
    """How a child ended: killed as planned, or with what it saw."""

    killed: bool
    saw: list[Any]
    passed: list[str]
    modules: list[str]


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
    return {"saw": saw, "passed": killer.passed, "modules": sorted(sys.modules)}


def wait(folder: Path, pid: int) -> Ended:
    """The end of a child. Raises RuntimeError with its traceback if it failed by itself."""
    _, status = os.waitpid(pid, 0)
    report = folder / f"report-{pid}"
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return Ended(True, [], [], [])
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
                    ended = run(self.warm, after, [op], fault=fault)
                    self.boundaries[flow, number, fault] = ended.passed
                    self._import(ended.modules)
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

    def _import(self, modules: Sequence[str]) -> None:
        """What children import at first use is imported before the next fork."""
        for name in modules:
            if name not in sys.modules and name.partition(".")[0] != "__main__":
                try:
                    import_module(name)
                except ImportError:  # a name that some package made up for itself
                    continue

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
