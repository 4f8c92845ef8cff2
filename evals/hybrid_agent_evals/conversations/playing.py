"""Playing a conversation with any system: the same turns, the same world, the same things noted."""

import time
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from hybrid_agent_evals.cases.models import Placed
from hybrid_agent_evals.cases.turns import Turn
from hybrid_agent_evals.playing.record import Played, PlayedTurn
from hybrid_agent_evals.worlds.world import World, Worlds


@dataclass(frozen=True, slots=True)
class Answer:
    """How a system left a turn; `failed` says why it could not be served, where it could not."""

    turn: PlayedTurn
    failed: str = ""


class Talk(Protocol):
    """A conversation that is under way."""

    async def play(self, turn: Turn, place: int) -> Answer:
        """The customer's message, or the decision of staff on what waits; nothing happens where nothing does.

        `place` counts the turns from 0.
        """
        ...


class System(Protocol):
    """One of the contestants. `name` stands in the results."""

    @property
    def name(self) -> str:
        """How it is called in the results."""
        ...

    @property
    def uses_model(self) -> bool:
        """Whether its results depend on the chat model."""
        ...

    def talk(self, world: World, customer_id: str) -> AbstractAsyncContextManager[Talk]:
        """A new conversation with a customer in that world."""
        ...


async def play(system: System, placed: Placed, worlds: Worlds) -> Played:
    """The conversation with a system, in a world of its own. A turn that fails ends it and is told."""
    done, seconds, error = list[PlayedTurn](), list[float](), ""
    async with worlds.fresh(placed) as world:
        try:
            async with system.talk(world, placed.case.customer) as talk:
                for place, turn in enumerate(placed.case.turns):
                    world.log.turn, started = place, time.perf_counter()
                    answer = await talk.play(turn, place)
                    done.append(answer.turn)
                    seconds.append(time.perf_counter() - started)
                    if error := answer.failed:
                        break
        except Exception as failure:  # whatever a contestant runs into is its result, not the benchmark's
            error = f"{type(failure).__name__}: {failure}"
        writes = tuple(world.log.writes)
    return Played(turns=tuple(done), writes=writes, seconds=tuple(seconds), error=error)
