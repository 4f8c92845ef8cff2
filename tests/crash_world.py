"""One process of a crash test: the bot on real files, its parts wrapped to die at any boundary."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from crash_judge import read_rows
from embedded_kit import NOW
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

PLACES = {
    "_proceed": "propose",
    "enter": "approve",
    "register": "register",
    "carry_out": "claim",
    "_entered": "record",
    "take_in": "message",
    "_close": "reply",
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
