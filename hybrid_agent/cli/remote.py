"""Conversations on a LangGraph server, told by an admin from the command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hybrid_agent.caller import Kind
from hybrid_agent.cli.failing import NotPossibleError
from hybrid_agent.serving.on_langgraph import OnLangGraph, on_langgraph
from hybrid_agent.serving.people import Person, Role


@dataclass(frozen=True, slots=True)
class OnServer:
    """The checkpoints that a server keeps."""

    conversations: OnLangGraph
    admin: Person

    async def delete(self, threads: Sequence[str]) -> None:
        """Remove these conversations."""
        for thread in threads:
            await self.conversations.delete(thread, self.admin)


def on_server(url: str, token: Path | None) -> OnServer:
    """The server at an address, with the token in a file. Raises NotPossibleError without one."""
    if token is None:
        raise NotPossibleError("a server needs to know who asks\n  Name a file with an admin's --token.")
    try:
        credential = token.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NotPossibleError(f"{token}: cannot be read ({error})\n  Name a file with a token.") from error
    admin = Person(Kind.STAFF, "command line", "command line", credential, role=Role.ADMIN)
    return OnServer(on_langgraph(url), admin)
