"""A case through the graph of a deployment, in a world of its own."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from langgraph.checkpoint.memory import InMemorySaver

from hybrid_agent import Deployment, build_graph
from hybrid_agent.records import hand_offs, ledger
from hybrid_agent.session import Session
from hybrid_agent_evals.cases.models import Placed
from hybrid_agent_evals.cases.turns import Turn
from hybrid_agent_evals.playing.articles import knowledge_in
from hybrid_agent_evals.playing.chat import Chat
from hybrid_agent_evals.playing.overhearing import internal_texts, overheard
from hybrid_agent_evals.playing.record import Played, PlayedEffect, PlayedHandOff, PlayedTurn, rounded
from hybrid_agent_evals.worlds.owners import foreign_keys, owner_of, personal
from hybrid_agent_evals.worlds.rows import differences, snapshot
from hybrid_agent_evals.worlds.world import World, Worlds

Driver = Callable[[Sequence[PlayedTurn]], Awaitable[Turn | None]]
"""What happens next, after all that was seen until now; None ends the conversation."""


@dataclass(slots=True)
class Stage:
    """A case that is being played: its world, its chats by name, and what was seen until now."""

    placed: Placed
    world: World
    session: Session
    chats: dict[str, Chat]
    done: list[PlayedTurn]
    hand_offs: dict[str, PlayedHandOff]

    async def turn(self, turn: Turn) -> PlayedTurn:
        """Let one thing happen."""
        place = self.world.log.turn = len(self.done)
        if turn.customer is None and turn.agent is None:
            return _elsewhere(turn, self.world)
        name = turn.chat or ""
        chat = self.chats.setdefault(name, self._chat(name))
        seen = await chat.play(turn, place)
        await self._opened(chat, place)
        return seen

    def _chat(self, name: str) -> Chat:
        case = self.placed.case
        return Chat(self.session, f"{case.id}{'-' if name else ''}{name}", name, case.customer)

    async def _opened(self, chat: Chat, place: int) -> None:
        async with self.world.records.read() as connection:
            for each in await hand_offs.listing(connection, thread=chat.thread):
                if each.id not in self.hand_offs:
                    self.hand_offs[each.id] = PlayedHandOff(
                        chat=chat.name, turn=place, reasons=each.reasons, packet=rounded(each.packet)
                    )


def _elsewhere(turn: Turn, world: World) -> PlayedTurn:
    """Time that passes, a fault that begins or ends: the graph does not run."""
    if turn.wait is not None:
        world.clock.advance(turn.wait)
        return PlayedTurn(by="time", said=f"{turn.wait} pass")
    if turn.fault is not None:
        world.log.begin(turn.fault)
        return PlayedTurn(by="system", said=f"{turn.fault.of} is {turn.fault.how.value.replace('_', ' ')}")
    world.log.mend(str(turn.mended))
    return PlayedTurn(by="system", said=f"{turn.mended} works again")


async def play(deployment: Deployment, placed: Placed, worlds: Worlds) -> Played:
    """The case as it went; a turn that fails ends it. Raises ConfigurationError for an impossible world."""
    return await play_with(deployment, placed, worlds, listed(placed.case.turns))


def listed(turns: Sequence[Turn]) -> Driver:
    """Turns that are written down, one after the other."""

    async def next_turn(done: Sequence[PlayedTurn]) -> Turn | None:
        return turns[len(done)] if len(done) < len(turns) else None

    return next_turn


async def play_with(deployment: Deployment, placed: Placed, worlds: Worlds, next_turn: Driver) -> Played:
    """A conversation in a case's world whose turns come from a driver; what that raises is raised."""
    error, seconds = "", list[float]()
    async with worlds.fresh(placed) as world:
        stage = _stage(deployment, placed, world)
        while not error and (turn := await next_turn(stage.done)) is not None:
            started = time.perf_counter()
            try:
                stage.done.append(await stage.turn(turn))
            except Exception as failure:  # whatever the deployment runs into is the case's result
                error = f"{type(failure).__name__}: {failure}"
            else:
                seconds.append(time.perf_counter() - started)
        after, keys = (
            await asyncio.to_thread(snapshot, world.shop),
            await asyncio.to_thread(foreign_keys, world.shop),
        )
        rows = {**world.before, **after}
        inside = internal_texts(deployment, stage.session.deployment.knowledge)
        return Played(
            turns=tuple(stage.done),
            reads=world.log.reads,
            writes=world.log.writes,
            changes=differences(world.before, after, lambda place: owner_of(place, rows, keys)),
            hand_offs=tuple(stage.hand_offs.values()),
            effects=await _effects(stage),
            overheard=overheard(stage.done, personal(rows, keys), inside),
            seconds=tuple(seconds),
            error=error,
        )


def _stage(deployment: Deployment, placed: Placed, world: World) -> Stage:
    here = replace(
        deployment,
        toolbox=world.toolbox,
        records=world.records,
        clock=world.clock,
        worker="eval",
        knowledge=knowledge_in(placed.case, deployment, world.shop.parent),
    )
    session = Session(build_graph(here, checkpointer=InMemorySaver()), here)
    return Stage(placed, world, session, {}, [], {})


async def _effects(stage: Stage) -> tuple[PlayedEffect, ...]:
    async with stage.world.records.read() as connection:
        found = [
            each for chat in stage.chats.values() for each in await ledger.of_thread(connection, chat.thread)
        ]
    return tuple(
        PlayedEffect(
            intent=each.intent,
            operation=each.operation,
            arguments=each.arguments,
            customer=each.customer_id,
            status=each.status.value,
            approved_by=each.approved_by,
        )
        for each in found
    )
