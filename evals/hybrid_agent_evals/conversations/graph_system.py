"""The contestants that are this project's graph: one deployment, with one reasoner or another."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from langgraph.checkpoint.memory import InMemorySaver

from hybrid_agent import Caller, Deployment, build_graph
from hybrid_agent.session import Session
from hybrid_agent.session import Turn as Ran
from hybrid_agent.usage import Usage
from hybrid_agent_evals.conversations.cases import Turn
from hybrid_agent_evals.conversations.playing import Answer, Talk
from hybrid_agent_evals.conversations.stage import Stage

STAFF = Caller.staff("lead", "agent", "supervisor")


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
    async def talk(self, stage: Stage, customer_id: str) -> AsyncIterator[Talk]:
        """A new conversation with a customer in that world."""
        here = replace(self.deployment, toolbox=stage.toolbox, records=stage.records, clock=stage.clock)
        session = Session(build_graph(here, checkpointer=InMemorySaver()), here)
        yield GraphTalk(session, Caller.customer(customer_id), str(uuid4()))


@dataclass(slots=True)
class GraphTalk:
    """One thread of the graph, with what was shown to staff last and what models have taken so far."""

    session: Session
    caller: Caller
    thread: str
    shown: tuple[Any, ...] = ()
    spent: Usage = field(default_factory=Usage)

    async def say(self, turn: Turn) -> Answer:
        """The customer's message."""
        return self._answer(await self.session.send(self.thread, str(turn.customer), self.caller))

    async def decide(self, turn: Turn) -> Answer:
        """The same decision on everything that waits, each with the digest that was shown."""
        forms = [_form(turn, approval) for approval in self.shown]
        return self._answer(await self.session.decide(self.thread, forms, STAFF))

    def _answer(self, ran: Ran) -> Answer:
        self.shown = tuple(ran.approvals)
        return Answer(reply=ran.reply.text if ran.reply else "", status=ran.status, usage=self._since(ran))

    def _since(self, ran: Ran) -> Usage:
        """What this run took: a decision continues the turn before, whose calls were counted then."""
        before, now = self.spent, ran.served.total
        if now.calls < before.calls:
            return Usage()
        self.spent = now
        return Usage(
            calls=now.calls - before.calls,
            tokens_in=now.tokens_in - before.tokens_in,
            tokens_out=now.tokens_out - before.tokens_out,
            seconds=now.seconds - before.seconds,
        )


def _form(turn: Turn, approval: Any) -> dict[str, Any]:
    form = {"type": turn.agent, "approval_id": approval["id"], "digest": approval["digest"], "message": ""}
    if turn.agent != "edit":
        return form
    return form | {"edited_action": {"name": approval["operation"], "args": turn.arguments}}
