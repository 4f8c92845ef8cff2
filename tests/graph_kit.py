"""What the tests of the graph share: a shop with its bot, a clock to turn, and looks into the files."""

import asyncio
import atexit
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from embedded_kit import NOW, fresh_shop, rows
from langgraph.checkpoint.base import BaseCheckpointSaver

from hybrid_agent import Caller, Deployment, build_graph
from hybrid_agent.graph import Graph
from hybrid_agent.portal import run_here
from hybrid_agent.reasoning.protocol import Reasoner
from hybrid_agent.records import events, hand_offs, open_records
from hybrid_agent.records.models import HandOff, Recorded
from hybrid_agent.session import Session, Turn
from hybrid_agent_tools import Toolbox
from hybrid_agent_tools.connectors import Connection
from hybrid_agent_tools.embedded import open_shop
from hybrid_agent_tools.toolbox import ReadRetries

ANNA, OLIVER = Caller.customer("C-1001"), Caller.customer("C-1002")
NOBODY = Caller()
AGENT, COLLEAGUE = Caller.staff("mia", "agent"), Caller.staff("tom", "agent")
BOSS = Caller.staff("ruth", "supervisor")
REFUND = "I want a refund for order 1003, it arrived broken"
ADDRESS = "Please change the address of order 1001 to Hauptstraße 5, 10117 Berlin, Germany"
FAST = ReadRetries(attempts=2, first_wait=0.001, longest_wait=0.002)


@dataclass
class Clock:
    """A clock that stands still until it is turned."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Stage:
    """One shop with its bot: files in `folder`, and what a test needs to play all the parts."""

    folder: Path
    clock: Clock
    connection: Connection
    deployment: Deployment
    saver: BaseCheckpointSaver[Any] | None
    graph: Graph
    session: Session

    async def say(self, text: str, thread: str = "t", who: Caller = ANNA, *, id: str | None = None) -> Turn:
        """A customer's message."""
        return await self.session.send(thread, text, who, message_id=id)

    async def decide(
        self,
        pending: Mapping[str, Any],
        kind: str = "approve",
        who: Caller = AGENT,
        thread: str = "t",
        **more: Any,
    ) -> Turn:
        """A decision on an approval as it was shown; `more` overrides or adds to its form."""
        return await self.session.decide(thread, [form(pending, kind, **more)], who)

    def shop(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What the shop's file holds."""
        return rows(self.folder / "shop.db", sql, *values)

    def recorded(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What the records' file holds."""
        with closing(sqlite3.connect(self.folder / "records.db")) as connection:
            return connection.execute(sql, values).fetchall()

    def refunds(self, order: str = "1003") -> list[tuple[Any, ...]]:
        """The refunds of an order, in cents."""
        return self.shop("SELECT amount, reason FROM refunds WHERE order_number = ?", order)

    def address(self, order: str = "1001") -> str:
        """The delivery address of an order, as the shop keeps it."""
        return str(self.shop("SELECT address FROM orders WHERE number = ?", order)[0][0])

    def writes(self) -> list[str]:
        """The operations that the shop carried out, in order."""
        return [name for (name,) in self.shop("SELECT operation FROM writes ORDER BY at, operation")]

    def effects(self) -> list[tuple[str, str]]:
        """Each action on the ledger: operation and status."""
        return self.recorded("SELECT operation, status FROM hybrid_agent_effects ORDER BY created, id")

    def approvals(self) -> list[tuple[str, str]]:
        """Each approval: id and status."""
        return self.recorded("SELECT id, status FROM hybrid_agent_approvals ORDER BY created, id")

    async def happened(self, thread: str | None = None) -> list[Recorded]:
        """The events on record."""
        async with self.deployment.records.read() as connection:
            return list(await events.listing(connection, thread=thread))

    async def handed_off(self, thread: str = "t") -> list[HandOff]:
        """The hand-offs of a thread, open or not."""
        async with self.deployment.records.read() as connection:
            return await hand_offs.listing(connection, thread=thread, open_only=False)

    async def values(self, thread: str = "t") -> dict[str, Any]:
        """What the checkpoint holds for a thread."""
        return dict((await self.graph.aget_state({"configurable": {"thread_id": thread}})).values)

    def using(self, *, systems: Mapping[str, object] | None = None, **changes: Any) -> "Stage":
        """The same stage with parts replaced: `systems` for the shop's, the rest of the deployment."""
        toolbox = Toolbox({**self.connection.systems, **(systems or {})}, retries=FAST)
        deployment = replace(self.deployment, **{"toolbox": toolbox, **changes})
        return self.on(deployment, self.saver)

    def on(self, deployment: Deployment, saver: BaseCheckpointSaver[Any] | None) -> "Stage":
        """The same files, served by another deployment or checkpointer."""
        graph = build_graph(deployment, checkpointer=saver)
        return replace(
            self, deployment=deployment, saver=saver, graph=graph, session=Session(graph, deployment)
        )

    async def aclose(self) -> None:
        """Let go of the records and the shop."""
        await self.deployment.records.aclose()
        await self.connection.close()


def form(pending: Mapping[str, Any], kind: str = "approve", **more: Any) -> dict[str, Any]:
    """The form of a decision on an approval as it was shown."""
    return {"type": kind, "approval_id": pending["id"], "digest": pending["digest"], **more}


def edit_to(pending: Mapping[str, Any], **args: Any) -> dict[str, Any]:
    """The part of an edit that says what to do instead."""
    return {"edited_action": {"name": pending["operation"], "args": args}}


def euros(amount: str) -> dict[str, str]:
    """Money as an argument."""
    return {"amount": amount, "currency": "EUR"}


@cache
def _empty_records() -> Path:
    folder = Path(mkdtemp(prefix="records-"))
    atexit.register(shutil.rmtree, folder)
    run_here(_make_records(folder / "records.db"))
    return folder / "records.db"


async def _make_records(file: Path) -> None:
    await (await open_records(f"sqlite:///{file}")).aclose()


async def open_stage(
    loaded: Deployment,
    folder: Path,
    saver: BaseCheckpointSaver[Any] | None,
    *,
    clock: Clock | None = None,
    reasoner: Reasoner | None = None,
) -> Stage:
    """Open the shop and the records in `folder`, as a process does that starts; new ones are made."""
    clock = clock or Clock()
    if not (folder / "shop.db").exists():
        fresh_shop(folder)
    if not (folder / "records.db").exists():
        shutil.copy(await asyncio.to_thread(_empty_records), folder / "records.db")
    connection = open_shop(folder / "shop.db", clock=clock)
    deployment = replace(
        loaded,
        toolbox=Toolbox(connection.systems, retries=FAST),
        records=await open_records(f"sqlite:///{folder / 'records.db'}"),
        reasoner=reasoner or loaded.reasoner,
        clock=clock,
        worker=f"worker-{id(connection)}",
    )
    graph = build_graph(deployment, checkpointer=saver)
    return Stage(folder, clock, connection, deployment, saver, graph, Session(graph, deployment))
