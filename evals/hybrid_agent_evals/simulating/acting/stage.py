"""A persona played by a model: deepeval's simulator writes, the graph answers, each in a loop of its own."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from hybrid_agent.catalog import Catalog
from hybrid_agent.chat_model import ModelSettings, close, connect_model
from hybrid_agent.reasoning.answers import AnswerKind, read_answer
from hybrid_agent.state import Status
from hybrid_agent_evals.cases.turns import Turn
from hybrid_agent_evals.judging.model import for_deepeval
from hybrid_agent_evals.metrics.quiet import quiet
from hybrid_agent_evals.playing.record import PlayedTurn
from hybrid_agent_evals.simulating.acting.sheet import Sheet
from hybrid_agent_evals.simulating.clerk import decisions
from hybrid_agent_evals.simulating.personas import Persona
from hybrid_agent_evals.simulating.words import ClerkWords

if TYPE_CHECKING:
    from deepeval.simulator.controller.types import Decision
    from deepeval.test_case import Turn as Said

PURPOSE = "player"
SYSTEM = "You play a customer in a conversation with a shop's assistant. You write what the customer writes."
MEANS = {AnswerKind.YES: True, AnswerKind.NO: False, AnswerKind.CANCEL: False}


@dataclass(slots=True)
class Actor:
    """A persona that a model plays. `turns` are what it and staff did, `failed` why the model gave up."""

    persona: Persona
    sheet: Sheet
    catalog: Catalog
    words: ClerkWords
    turns: list[Turn] = field(default_factory=list)
    failed: str = ""
    over: bool = False
    staff: Iterator[Turn] | None = None
    _said: "asyncio.Queue[str | None]" = field(default_factory=asyncio.Queue)
    _heard: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)

    async def next_turn(self, done: Sequence[PlayedTurn]) -> Turn | None:
        """The driver of `play_with`: staff decide what is pending, else the model writes."""
        last = next((turn for turn in reversed(done) if turn.status is not None), None)
        if last is not None and last.pending:
            self.staff = self.staff or decisions(self.persona.clerk, last.pending, self.catalog, self.words)
            if (turn := next(self.staff, None)) is not None:
                return self._noted(turn)
        if last is not None:
            self.over = last.status is Status.HANDED_OFF or (last.asked is None and not last.pending)
            await self._heard.put(last.reply or "(The chat is with a person now.)")
        said = await self._said.get()
        if said is None:
            return None
        return self._noted(Turn(customer=said, means=MEANS.get(read_answer(said).kind)))

    def _noted(self, turn: Turn) -> Turn:
        self.turns.append(turn)
        return turn

    async def perform(self, settings: ModelSettings) -> None:
        """Let the model write until the conversation is over or its patience ends, beside `play_with`."""
        loop = asyncio.get_running_loop()
        try:
            await asyncio.to_thread(self._simulate, settings, loop)
        except Exception as error:  # a player that fails is counted as its own mistake
            self.failed = f"{type(error).__name__}: {error}"
        finally:
            await self._said.put(None)

    async def leave(self) -> None:
        """Nothing is answered any more: the model need not wait."""
        self.over = True
        await self._heard.put("")

    async def exchange(self, said: str) -> str:
        """Hand a message to the graph and wait for what comes back."""
        await self._said.put(said.strip() or "...")
        return await self._heard.get()

    def _simulate(self, settings: ModelSettings, loop: asyncio.AbstractEventLoop) -> None:
        quiet()
        from deepeval.dataset import ConversationalGolden
        from deepeval.dataset import Persona as Character
        from deepeval.simulator import ConversationSimulator
        from deepeval.simulator.controller.controller import end, proceed
        from deepeval.test_case import Turn as Said
        from deepeval.utils import custom_console

        async def answer(input: str) -> "Said":
            reply = asyncio.run_coroutine_threadsafe(self.exchange(input), loop)
            return Said(role="assistant", content=await asyncio.wrap_future(reply))

        def stop() -> "Decision":
            return end("the conversation is over") if self.over else proceed()

        custom_console.quiet = True
        model = connect_model(settings)
        simulator = ConversationSimulator(
            model_callback=cast("Any", answer),  # deepeval awaits it, though its type says otherwise
            stopping_controller=stop,
            simulator_model=for_deepeval(model, SYSTEM, PURPOSE),
            max_concurrent=1,
        )
        golden = ConversationalGolden(
            scenario=self.sheet.scenario, persona=Character(characteristics=self.sheet.character)
        )
        try:
            simulator.simulate([golden], max_user_simulations=self.persona.patience)
        finally:
            asyncio.run(close(model))
