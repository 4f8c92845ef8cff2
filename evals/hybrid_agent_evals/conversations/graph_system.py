"""The contestants that are this project's graph: one deployment, with one reasoner or another."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from langgraph.checkpoint.memory import InMemorySaver

from hybrid_agent import Deployment, build_graph
from hybrid_agent.session import Session
from hybrid_agent_evals.cases.turns import Turn
from hybrid_agent_evals.conversations.playing import Answer, Talk
from hybrid_agent_evals.playing.chat import Chat
from hybrid_agent_evals.worlds.world import World


@dataclass(frozen=True, slots=True)
class GraphSystem:
    """The graph of a deployment loaded once; systems, records and clock are each conversation's own."""

    name: str
    deployment: Deployment

    @property
    def uses_model(self) -> bool:
        """Whether a chat model takes part."""
        return self.deployment.model is not None

    @asynccontextmanager
    async def talk(self, world: World, customer_id: str) -> AsyncIterator[Talk]:
        """A new conversation with a customer in that world."""
        here = replace(self.deployment, toolbox=world.toolbox, records=world.records, clock=world.clock)
        session = Session(build_graph(here, checkpointer=InMemorySaver()), here)
        yield GraphTalk(Chat(session, "conversation", "", customer_id))


@dataclass(frozen=True, slots=True)
class GraphTalk:
    """One thread of the graph."""

    chat: Chat

    async def play(self, turn: Turn, place: int) -> Answer:
        """The message, or the same decision on everything that waits."""
        return Answer(await self.chat.play(turn, place))
