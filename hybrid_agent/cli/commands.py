"""The slash commands of the terminal chat: the agent's side, and switching who talks and where."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any, cast

from rich.console import Console

from hybrid_agent.caller import Caller
from hybrid_agent.cli import showing
from hybrid_agent.cli.desk import Deed, Desk, Wish
from hybrid_agent.cli.edits import edited
from hybrid_agent.cli.failing import NotPossibleError
from hybrid_agent.cli.opening import approver_roles
from hybrid_agent.cli.why import why
from hybrid_agent.dialogue.deciding.viewing import for_viewer, may_see
from hybrid_agent.portal import run_here
from hybrid_agent.records.cases import deciders_of
from hybrid_agent.session import Turn

NOBODY = "-"


@dataclass(frozen=True, slots=True)
class Room:
    """What every command is given: the desk, the agent who decides, and the console."""

    desk: Desk
    agent: Caller
    console: Console


@dataclass(frozen=True, slots=True)
class Talk:
    """Which conversation is open, and who talks as the customer; None is somebody anonymous."""

    thread: str
    customer: str | None


Run = Callable[[Room, Talk, str], Talk | None]


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command: what follows its name, what it is for, and what it does. None ends the chat."""

    takes: str
    about: str
    run: Run


def command(room: Room, talk: Talk, line: str) -> Talk | None:
    """Carry out a line that begins with a slash. Raises NotPossibleError if there is no such command."""
    name, _, rest = line.removeprefix("/").partition(" ")
    found = COMMANDS.get(name.lower())
    if found is None:
        raise NotPossibleError(f"there is no command /{name}\n  /help lists them.")
    return found.run(room, talk, rest.strip())


def show_turn(room: Room, turn: Turn, shown: str = "") -> None:
    """A turn as the terminal shows it; `shown` is what was there of its reply before."""
    if turn.trail or shown:
        showing.reply(room.console, turn, shown)
    showing.notices(room.console, turn)
    showing.rows(
        room.console,
        "Approval",
        (f"{each['id']}  {each['summary']}" for each in map(partial(_seen, room), turn.approvals)),
    )
    if turn.hand_off is not None and turn.hand_off.reasons:
        showing.row(room.console, "Hand-off", f"{turn.hand_off.id}: {', '.join(turn.hand_off.reasons)}")
    if hint := showing.hint(turn):
        showing.row(room.console, "", f"({hint})", "dim")


def _seen(room: Room, approval: Mapping[str, Any]) -> dict[str, Any]:
    """An approval as the agent may see it: personal data is for those who may decide."""
    deployment, deciders = room.desk.session.deployment, deciders_of(approval["rules"])
    return cast("dict[str, Any]", for_viewer(dict(approval), room.agent, deployment, deciders=deciders))


def _approvals(room: Room, talk: Talk, rest: str) -> Talk:
    waiting = run_here(room.desk.waiting())
    if not waiting:
        room.console.print("Nothing waits for a person.")
    for each in waiting:
        showing.approval(room.console, _seen(room, each.model_dump(mode="json")))
        showing.row(room.console, "thread", each.thread)
    return talk


def _deciding(deed: Deed) -> Run:
    def run(room: Room, talk: Talk, rest: str) -> Talk:
        start, _, words = rest.partition(" ")
        if not start:
            raise NotPossibleError(f"say which one: /{deed} ID\n  /approvals lists what waits.")
        approval = run_here(room.desk.find(start))
        wish = Wish(deed, approval_id=approval.id)
        if deed == "edit":
            arguments = approval.model_dump(mode="json")["payload"]["arguments"]
            wish = replace(wish, args=edited(arguments, words))
        else:
            wish = replace(wish, message=words.strip())
        if deed == "respond" and not wish.message:
            raise NotPossibleError("say what the customer is told: /respond ID text")
        show_turn(room, run_here(room.desk.decide(approval.thread, wish, room.agent)))
        return talk

    return run


def _take_over(room: Room, talk: Talk, rest: str) -> Talk:
    run_here(room.desk.waiting(talk.thread))
    show_turn(room, run_here(room.desk.decide(talk.thread, Wish("take_over"), room.agent)))
    return talk


def _release(room: Room, talk: Talk, rest: str) -> Talk:
    show_turn(room, run_here(room.desk.decide(talk.thread, Wish("release"), room.agent)))
    return talk


def _why(room: Room, talk: Talk, rest: str) -> Talk:
    deployment = room.desk.session.deployment
    if not may_see(room.agent, deployment, approver_roles(deployment)):
        message = (
            "this shows personal data\n  Come back with --role and a role that may decide, or see it all."
        )
        raise NotPossibleError(message)
    why(room.console, run_here(room.desk.seen(talk.thread)).state, deployment)
    return talk


def _customer(room: Room, talk: Talk, rest: str) -> Talk:
    if not rest:
        raise NotPossibleError("say who talks: /customer ID, or /customer - for somebody anonymous")
    return replace(talk, customer=None if rest == NOBODY else rest)


def _thread(room: Room, talk: Talk, rest: str) -> Talk:
    if not rest:
        raise NotPossibleError("say which conversation: /thread ID (a new id begins a new one)")
    return replace(talk, thread=rest)


def _help(room: Room, talk: Talk, rest: str) -> Talk:
    for name, each in COMMANDS.items():
        room.console.print(f"  {f'/{name} {each.takes}':<28} {each.about}")
    room.console.print("Anything else is said by the customer. An ID may be cut short.")
    return talk


def _quit(room: Room, talk: Talk, rest: str) -> None:
    return None


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "approvals": Command("", "what waits for a person", _approvals),
        "approve": Command("ID", "do it", _deciding("approve")),
        "edit": Command("ID name=value ...", "do it otherwise, as in amount.amount=50", _deciding("edit")),
        "reject": Command("ID reason", "do not do it", _deciding("reject")),
        "respond": Command("ID text", "do not do it, and tell the customer this", _deciding("respond")),
        "takeover": Command("", "take this conversation from the bot", _take_over),
        "release": Command("", "give it back to the bot", _release),
        "why": Command("", "what led to the last turn", _why),
        "customer": Command("ID", "who talks; - is somebody anonymous", _customer),
        "thread": Command("ID", "go to another conversation", _thread),
        "help": Command("", "these commands", _help),
        "quit": Command("", "end; the conversation is kept", _quit),
    }
)
