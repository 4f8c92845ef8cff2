"""A reply on the terminal as it comes: from async pieces to wrapped lines."""

import asyncio
import re
from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass
from typing import TypeVar

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.text import Text

from hybrid_agent.cli.showing import BOT, LABEL, clean
from hybrid_agent.portal import run_here

T = TypeVar("T")
_PARTS = re.compile(r"\n|[^\S\n]+|\S+")


def each_here(pieces: AsyncIterator[T]) -> Generator[T, None, None]:
    """The pieces in sync code, each when it is there. Whoever stops early stops what makes them."""
    waiting, pump = run_here(_begun(pieces))
    try:
        while (piece := run_here(waiting.get())) is not None:
            yield piece
        run_here(_ended(pump))
    finally:
        run_here(_stopped(pump))


@dataclass(slots=True)
class Pouring:
    """What the bot says, beside its label and wrapped; `shown` is all of it so far, as it came."""

    console: Console
    shown: str = ""
    _column: int = 0
    _gap: str = ""

    def add(self, piece: str) -> None:
        """Show some more."""
        if piece and not self.shown:
            self._put(Text(f"{BOT:<{LABEL}} ", style="bold green"))
        self.shown += piece
        for part in _PARTS.findall(clean(piece)):
            if part == "\n":
                self._break()
            elif part.isspace():
                self._gap = part
            else:
                self._word(part)

    def end(self) -> None:
        """End the last line, if there is one."""
        if self.shown:
            self.console.print()

    def _word(self, word: str) -> None:
        width = max(1, self.console.width - LABEL - 1)
        if self._column and self._column + cell_len(self._gap + word) > width:
            self._break()
        first, *others = chop_cells(self._gap + word, width) or [word]
        self._put(Text(first))
        self._column += cell_len(first)
        self._gap = ""
        for part in others:
            self._break()
            self._put(Text(part))
            self._column = cell_len(part)

    def _break(self) -> None:
        self._put(Text("\n" + " " * (LABEL + 1)))
        self._column, self._gap = 0, ""

    def _put(self, text: Text) -> None:
        self.console.print(text, end="", soft_wrap=True)


async def _begun(pieces: AsyncIterator[T]) -> "tuple[asyncio.Queue[T | None], asyncio.Task[None]]":
    waiting = asyncio.Queue[T | None]()
    return waiting, asyncio.create_task(_pumped(pieces, waiting))


async def _pumped(pieces: AsyncIterator[T], waiting: "asyncio.Queue[T | None]") -> None:
    """One task takes all pieces: what makes them may hold on to its task and context between two."""
    try:
        async for piece in pieces:
            waiting.put_nowait(piece)
    finally:
        waiting.put_nowait(None)


async def _ended(pump: "asyncio.Task[None]") -> None:
    await pump


async def _stopped(pump: "asyncio.Task[None]") -> None:
    pump.cancel()
    await asyncio.gather(pump, return_exceptions=True)
