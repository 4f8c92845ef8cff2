"""The loop of the terminal chat."""

from collections.abc import Iterable
from contextlib import closing
from importlib import import_module
from importlib.util import find_spec
from itertools import chain

from hybrid_agent.caller import Caller
from hybrid_agent.cli.as_it_comes import Pouring, each_here
from hybrid_agent.cli.commands import Room, Talk, command, show_turn
from hybrid_agent.cli.failing import in_words
from hybrid_agent.cli.showing import clean
from hybrid_agent.session import Turn


def converse(room: Room, talk: Talk) -> None:
    """Read lines until the customer or the agent ends it, by /quit, Ctrl-C or Ctrl-D."""
    _edit_lines()
    going: Talk | None = talk
    while going is not None:
        talk = going
        try:
            room.console.print()
            line = input(f"{clean(talk.customer or 'anonymous')}> ")
            going = _said(room, talk, line.encode("utf-8", "replace").decode()) if line.strip() else talk
        except (EOFError, KeyboardInterrupt):
            room.console.print()
            break
        except Exception as error:
            # Whatever one line runs into, the conversation is kept and goes on.
            room.console.print(in_words(error), style="red")
    room.console.print(f"Goodbye. To go on with it, add --thread {talk.thread} to the command.")


def _edit_lines() -> None:
    """Let `input` edit lines and recall earlier ones, where the system's Python has readline."""
    if find_spec("readline"):
        import_module("readline")


def _said(room: Room, talk: Talk, line: str) -> Talk | None:
    if line.startswith("/"):
        return command(room, talk, line.strip())
    caller = Caller.customer(talk.customer) if talk.customer else Caller()
    coming = each_here(room.desk.stream(talk.thread, line, caller))
    with closing(coming):
        with room.console.status("..."):
            first = next(coming)
        _show(room, chain([first], coming))
    return talk


def _show(room: Room, coming: Iterable[str | Turn]) -> None:
    """The reply's pieces as they come, then what the turn has besides."""
    pouring, turn = Pouring(room.console), None
    try:
        for each in coming:
            if isinstance(each, Turn):
                turn = each
            else:
                pouring.add(each)
    finally:
        pouring.end()
    if turn is not None:
        show_turn(room, turn, pouring.shown)
