"""LangGraph's API as our pages use it: every call is made as the person who asked for it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hybrid_agent.serving.people import Person


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended, as plain data: the graph's output, what its pause shows, and what was refused in it.

    `output` has `reply`, `status` and `served` as JSON; `interrupts` are the values of its pauses; `notices`
    say to whoever decided why a decision did not count.
    """

    output: Mapping[str, Any]
    interrupts: Sequence[Mapping[str, Any]] = ()
    notices: Sequence[str] = ()


class Threads(Protocol):
    """The conversations of a LangGraph server.

    A thread that is not this person's, or is not there, raises NoSuchThreadError; a server that cannot be
    reached or is overloaded raises ServerUnavailableError.
    """

    async def open(self, person: Person) -> str:
        """A new conversation of this customer; its id."""
        ...

    def send(self, thread: str, text: str, message_id: str, person: Person) -> AsyncIterator[str | Ran]:
        """A customer's message: the pieces of the reply as they may be said, then how the run ended.

        The same `message_id` again is the same message. Who stops listening does not stop the run.
        """
        ...

    async def decide(self, thread: str, decisions: Sequence[Mapping[str, Any]], person: Person) -> Ran:
        """A member of staff's decisions on what waits (`dialogue.deciding.inbox` has their form)."""
        ...
