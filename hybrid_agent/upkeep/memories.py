"""The bot's memory of conversations, wherever the graph's checkpoints are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver


class Checkpoints(Protocol):
    """Where the graph's checkpoints are kept."""

    async def delete(self, threads: Sequence[str]) -> None:
        """Remove these conversations with all of their checkpoints; one that is not there is no error."""
        ...


@dataclass(frozen=True, slots=True)
class InSaver:
    """Checkpoints that any of LangGraph's savers keeps."""

    saver: "BaseCheckpointSaver[Any]"

    async def delete(self, threads: Sequence[str]) -> None:
        """Remove these conversations."""
        for thread in threads:
            await self.saver.adelete_thread(thread)


@dataclass(frozen=True, slots=True)
class InSqlite:
    """Checkpoints in a SQLite file, whose removed pages are overwritten."""

    saver: "AsyncSqliteSaver"

    async def lacking(self, threads: Sequence[str]) -> list[str]:
        """Those of the conversations that the file has no checkpoint of."""
        return [each for each in threads if await self.saver.aget_tuple(_latest(each)) is None]

    async def delete(self, threads: Sequence[str]) -> None:
        """Remove these conversations, from the file and its journal."""
        await InSaver(self.saver).delete(threads)
        await self.saver.conn.commit()
        await self.saver.conn.execute("VACUUM")
        await self.saver.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _latest(thread: str) -> "RunnableConfig":
    return {"configurable": {"thread_id": thread}}
