"""Playing a conversation with any system: the same turns, the same world, the same things noted."""

import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from hybrid_agent.frozen import Frozen
from hybrid_agent.state import Status
from hybrid_agent.usage import Usage
from hybrid_agent_evals.conversations.cases import Case, Turn
from hybrid_agent_evals.conversations.stage import Stage, Stages
from hybrid_agent_evals.conversations.writes import Written


class Answer(Frozen):
    """How a system left a turn: what it said, how the conversation stands, and what models took for it.

    `failed` says why the turn could not be served, where it could not.
    """

    reply: str
    status: Status
    usage: Usage = Usage()
    failed: str = ""


class Talk(Protocol):
    """A conversation that is under way."""

    async def say(self, turn: Turn) -> Answer:
        """The customer's message of this turn."""
        ...

    async def decide(self, turn: Turn) -> Answer:
        """The decision of staff of this turn, on what waits; nothing happens where nothing does."""
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

    def talk(self, stage: Stage, customer_id: str) -> AbstractAsyncContextManager[Talk]:
        """A new conversation with a customer in that world."""
        ...


class PlayedTurn(Frozen):
    """One turn as it went; `seconds` are of wall time."""

    said: str
    by_customer: bool
    reply: str
    status: Status
    usage: Usage
    seconds: float
    failed: str = ""


class Played(Frozen):
    """A conversation as it went. `error` is what a turn failed with; nothing was played after that."""

    turns: tuple[PlayedTurn, ...]
    writes: tuple[Written, ...]
    error: str = ""

    @property
    def status(self) -> Status | None:
        """How it stood at the end; None where no turn got that far."""
        return None if self.error or not self.turns else self.turns[-1].status


async def play(system: System, case: Case, stages: Stages) -> Played:
    """The conversation with a system, in a world of its own. A turn that fails ends it and is told."""
    done: list[PlayedTurn] = []
    error = ""
    async with stages.fresh(case.at) as stage:
        try:
            async with system.talk(stage, case.conversation.customer) as talk:
                for place, turn in enumerate(case.conversation.turns):
                    stage.log.turn = place
                    done.append(await _turn(talk, turn))
                    if error := done[-1].failed:
                        break
        except Exception as failure:  # whatever a contestant runs into is its result, not the benchmark's
            error = f"{type(failure).__name__}: {failure}"
        return Played(turns=tuple(done), writes=tuple(stage.log.writes), error=error)


async def _turn(talk: Talk, turn: Turn) -> PlayedTurn:
    started = time.perf_counter()
    answer = await (talk.decide(turn) if turn.customer is None else talk.say(turn))
    return PlayedTurn(
        said=turn.customer or str(turn.agent),
        by_customer=turn.customer is not None,
        reply=answer.reply,
        status=answer.status,
        usage=answer.usage,
        failed=answer.failed,
        seconds=time.perf_counter() - started,
    )


def replies(turns: Sequence[PlayedTurn]) -> str:
    """All that the customer was told, a reply a line."""
    return "\n".join(turn.reply for turn in turns if turn.reply)
