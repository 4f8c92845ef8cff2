"""Talking to the graph: a customer's message, a person's decision, taking over and giving back."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from hybrid_agent import voice
from hybrid_agent.caller import Caller
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.requests import first_in
from hybrid_agent.graph import Graph
from hybrid_agent.records import hand_offs
from hybrid_agent.records.models import HandOff, Taken
from hybrid_agent.redaction.screen import screen_text
from hybrid_agent.state import Phase, Reply, Served, Status, Step

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """One run of the graph for whoever shows it. `approvals` are what a pause presents, `notices`
    tell whoever decided why a decision did not count.
    """

    thread: str
    status: Status
    reply: Reply | None
    served: Served
    trail: Sequence[Step]
    approvals: Sequence[Mapping[str, Any]] = ()
    notices: Sequence[str] = ()
    hand_off: HandOff | None = None


@dataclass(frozen=True)
class Session:
    """A graph with its deployment. Runs of one thread wait for each other; other threads go on meanwhile."""

    graph: Graph
    deployment: Deployment
    _unheard: set[asyncio.Task[Turn]] = field(default_factory=set)
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def send(self, thread: str, text: str, caller: Caller, *, message_id: str | None = None) -> Turn:
        """A customer's message. The same `message_id` again is the same message: nothing happens twice."""
        return await self._say(thread, text, caller, message_id, lambda _: None)

    async def stream(
        self, thread: str, text: str, caller: Caller, *, message_id: str | None = None
    ) -> AsyncIterator[str | Turn]:
        """As `send`, with the reply's pieces before the turn: each has passed the guard when it comes.

        Together they are the beginning of the turn's reply, all of it if nothing went wrong meanwhile: a turn
        whose reply begins otherwise takes back what was shown. Who stops listening does not stop the turn.
        """
        said = asyncio.Queue[str | None]()
        run = asyncio.create_task(self._say(thread, text, caller, message_id, said.put_nowait))
        run.add_done_callback(lambda _: said.put_nowait(None))
        self._unheard.add(run)
        run.add_done_callback(self._heard_out)
        shown = ""
        while (reply := await said.get()) is not None:
            if reply.startswith(shown):
                yield reply[len(shown) :]
                shown = reply
        turn = await run
        if turn.reply is not None and turn.reply.text.startswith(shown) and turn.reply.text != shown:
            yield turn.reply.text[len(shown) :]
        yield turn

    def _heard_out(self, run: "asyncio.Task[Turn]") -> None:
        """A turn has ended, maybe after whoever sent it left: its failure is not lost."""
        self._unheard.discard(run)
        if not run.cancelled() and (error := run.exception()) is not None:
            _log.warning("a turn failed: %s", type(error).__name__)

    async def _say(
        self, thread: str, text: str, caller: Caller, message_id: str | None, tell: Callable[[str], None]
    ) -> Turn:
        """A customer's message; `tell` gets the reply as far as it may be said, each time that it grows."""
        message = HumanMessage(screen_text(text).text, id=message_id)
        config: RunnableConfig = {"configurable": {"thread_id": thread}}
        result: Any = {}
        async with self._lock(thread):
            run = self.graph.astream(
                {"messages": [message]}, config, context=caller, stream_mode=["custom", "values"]
            )
            async for mode, part in run:
                if mode == "values":
                    result = part
                elif isinstance(part, dict) and isinstance(part.get("reply"), str):
                    tell(part["reply"])
        return await self._turn(thread, result)

    async def decide(self, thread: str, decisions: Sequence[Mapping[str, Any]], person: Caller) -> Turn:
        """A person's decisions on what is pending, each naming `approval_id` and `digest`.

        Where nothing is pending, no run is made and no reply repeated: a notice says so.
        """
        config: RunnableConfig = {"configurable": {"thread_id": thread}}
        async with self._lock(thread):
            known = await self.graph.aget_state(config)
            if not known.interrupts and not await self._paused_again(known.values, config, person):
                return _nothing_pending(thread, known.values)
            resume: Command[Any] = Command(resume={"decisions": list(decisions)})
            result = await self.graph.ainvoke(resume, config, context=person)
        return await self._turn(thread, result)

    async def take_over(self, thread: str, person: Caller) -> Taken:
        """Give the conversation to a person: the bot is silent, what was pending is withdrawn.

        Raises NotStaffError for anybody but staff.
        """
        return await voice.take_over(self.deployment, thread, person)

    async def release(self, thread: str, person: Caller) -> Taken:
        """Give the conversation back to the bot; its hand-offs are closed, also where nobody had taken it.

        Raises NotStaffError for anybody but staff.
        """
        return await voice.release(self.deployment, thread, person)

    def _lock(self, thread: str) -> asyncio.Lock:
        return self._locks.setdefault(thread, asyncio.Lock())

    async def _paused_again(self, values: Mapping[str, Any], config: RunnableConfig, caller: Caller) -> bool:
        """Pause once more where a turn that failed discarded the pause of an approval that waits."""
        if first_in(values.get("requests", ()), Phase.APPROVING) is None:
            return False
        await self.graph.aupdate_state(config, {}, as_node="guard")
        return "__interrupt__" in await self.graph.ainvoke(None, config, context=caller)

    async def _turn(self, thread: str, result: Mapping[str, Any]) -> Turn:
        served: Served = result.get("served") or Served()
        paused = [each.value for each in result.get("__interrupt__", ())]
        return Turn(
            thread=thread,
            status=result["status"],
            reply=result.get("reply"),
            served=served,
            trail=result.get("trail", ()),
            approvals=[each for value in paused for each in value["approvals"]],
            notices=[each for value in paused for each in value["notices"]] or result.get("notices", ()),
            hand_off=await self._hand_off(served),
        )

    async def _hand_off(self, served: Served) -> HandOff | None:
        if served.hand_off is None:
            return None
        async with self.deployment.records.read() as connection:
            return await hand_offs.get(connection, served.hand_off)


def _nothing_pending(thread: str, values: Mapping[str, Any]) -> Turn:
    """A decision that came too late, or to the wrong conversation: what was said before is not said again."""
    return Turn(
        thread=thread,
        status=values.get("status", Status.REFUSED),
        reply=None,
        served=Served(),
        trail=(),
        notices=("Nothing in this conversation waits for a decision.",),
    )
