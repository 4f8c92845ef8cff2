"""Holding a conversation in the terminal, in a world of its own: as the customer, as staff, as fate."""

import asyncio
import shlex
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType

from pydantic import ValidationError
from rich.console import Console

from hybrid_agent.cli import showing
from hybrid_agent.cli.edits import edited
from hybrid_agent.cli.failing import NotPossibleError
from hybrid_agent.yamlfile import in_words
from hybrid_agent_evals.cases.turns import Turn
from hybrid_agent_evals.playing.record import PlayedTurn
from hybrid_agent_evals.reports.transcript import stands


@dataclass(slots=True)
class Talk:
    """A conversation that is held: what happened in it, and who writes if it is not the case's customer."""

    console: Console
    turns: list[Turn] = field(default_factory=list)
    writer: str | None = None

    async def next_turn(self, done: Sequence[PlayedTurn]) -> Turn | None:
        """What the terminal says happens next, after showing what came of the last; None at the end."""
        if done:
            _show(self.console, done[-1])
        while (line := await _line()) is not None:
            try:
                turn = self._turn(line.strip(), done)
            except (NotPossibleError, ValidationError, ValueError) as error:
                self.console.print(_words(error), style="red")
                continue
            if turn is not None:
                self.turns.append(turn)
                return turn
        return None

    def _turn(self, line: str, done: Sequence[PlayedTurn]) -> Turn | None:
        if not line.startswith("/"):
            return Turn(customer=line, signed_in=self.writer) if line else None
        name, _, rest = line[1:].partition(" ")
        found = COMMANDS.get(name)
        if found is None:
            raise NotPossibleError(f"there is no command /{name}\n  /help lists them.")
        return found.run(self, rest.strip(), done)


Run = Callable[[Talk, str, Sequence[PlayedTurn]], Turn | None]


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command: what follows its name, what it is for, and the turn that it makes, if any."""

    takes: str
    about: str
    run: Run


async def _line() -> str | None:
    """The next line; None at the end of what is given, or where the author ends it.

    It is read in a thread that nobody waits for: one of the loop's own would hold up whoever presses Ctrl-C.
    """
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str | None] = loop.create_future()

    def settle(given: str | None) -> None:
        if not line.done():
            line.set_result(given)

    def read() -> None:
        given = _given()
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            loop.call_soon_threadsafe(settle, given)

    threading.Thread(target=read, name="line", daemon=True).start()
    return await line


def _given() -> str | None:
    try:
        line = input("> ").encode("utf-8", "replace").decode()
    except (EOFError, UnicodeDecodeError):
        return None
    return None if line.strip() == "/end" else line


def _show(console: Console, played: PlayedTurn) -> None:
    if played.reply:
        showing.row(console, "Bot", played.reply, label_style="bold green")
    showing.rows(console, "", [f"[{each.number}] {each.title}" for each in played.cites], "dim")
    showing.row(console, "", f"({stands(played) or played.said})", "dim")


def _words(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(in_words(each["msg"]) for each in error.errors())
    return str(error)


def _decided(deed: str) -> Run:
    def run(talk: Talk, rest: str, done: Sequence[PlayedTurn]) -> Turn:
        _expect_pending(done)
        return Turn.model_validate({"agent": deed, "says": rest or None})

    return run


def _edit(talk: Talk, rest: str, done: Sequence[PlayedTurn]) -> Turn:
    shown = _expect_pending(done).pending[0].arguments
    return Turn.model_validate({"agent": "edit", "arguments": edited(shown, rest)})


def _expect_pending(done: Sequence[PlayedTurn]) -> PlayedTurn:
    last = next((each for each in reversed(done) if each.status is not None), None)
    if last is None or not last.pending:
        raise NotPossibleError(
            "nothing waits for a decision\n  Let the customer ask for something that does."
        )
    return last


def _owned(deed: str) -> Run:
    return lambda talk, rest, done: Turn.model_validate({"agent": deed})


def _wait(talk: Talk, rest: str, done: Sequence[PlayedTurn]) -> Turn:
    return Turn.model_validate({"wait": rest})


def _fault(talk: Talk, rest: str, done: Sequence[PlayedTurn]) -> Turn:
    words = shlex.split(rest)
    if len(words) not in (2, 3):
        raise NotPossibleError(
            "say what fails and how, such as /fault orders down, or /fault orders.get slow 2"
        )
    return Turn.model_validate({"fault": dict(zip(("of", "how", "times"), words, strict=False))})


def _mended(talk: Talk, rest: str, done: Sequence[PlayedTurn]) -> Turn:
    return Turn.model_validate({"mended": rest})


def _customer(talk: Talk, rest: str, done: Sequence[PlayedTurn]) -> None:
    talk.writer = rest or None


def _help(talk: Talk, rest: str, done: Sequence[PlayedTurn]) -> None:
    for name, each in COMMANDS.items():
        talk.console.print(f"  {f'/{name} {each.takes}':<28} {each.about}")
    talk.console.print("Anything else is said by the customer. /end ends it and goes on to what is expected.")


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "approve": Command("", "staff let it be done", _decided("approve")),
        "edit": Command("name=value ...", "staff let it be done otherwise", _edit),
        "reject": Command("reason", "staff do not let it be done", _decided("reject")),
        "respond": Command("text", "staff say this instead", _decided("respond")),
        "takeover": Command("", "staff take the conversation", _owned("take_over")),
        "release": Command("", "staff give it back", _owned("release")),
        "wait": Command("2h", "time passes: s, m, h, d", _wait),
        "fault": Command("orders down [times]", "a system fails from now on", _fault),
        "mend": Command("orders", "it works again", _mended),
        "customer": Command("ID", "who writes from now on; nothing: the case's customer", _customer),
        "help": Command("", "these commands", _help),
    }
)
