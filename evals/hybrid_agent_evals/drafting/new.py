"""`hybrid-agent eval new`: from a conversation to a case in a file."""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console

from hybrid_agent.cli.failing import NotPossibleError
from hybrid_agent.cli.places import place_of
from hybrid_agent.cli.showing import console_for
from hybrid_agent.portal import run_here
from hybrid_agent.settings import SETTINGS
from hybrid_agent_evals.cases.models import Case, Placed
from hybrid_agent_evals.cases.reading import read_cases
from hybrid_agent_evals.cases.turns import NOBODY, Turn
from hybrid_agent_evals.drafting import asking
from hybrid_agent_evals.drafting.observing import after, agreed, observations
from hybrid_agent_evals.drafting.recording import Recording
from hybrid_agent_evals.drafting.replaying import Start, as_recorded, placed, replayed, valid, why
from hybrid_agent_evals.drafting.stored import stored
from hybrid_agent_evals.drafting.talking import Talk
from hybrid_agent_evals.drafting.typed import typed
from hybrid_agent_evals.drafting.writing import Draft, write
from hybrid_agent_evals.playing.play import play_with
from hybrid_agent_evals.playing.record import Played
from hybrid_agent_evals.suite.opening import Opening, Stand, deployment_file, opened

READ_IT = (
    "Names that neither records nor an introduction give away are not found: read it before you share it."
)
STAND_IN = (
    "Change rows under `shop:` (table: {key: {column: value}}), or ids in the turns, until it goes as it did."
)
DROPPED = "What was observed contradicts itself as a case ({why}); only the status is expected."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `eval new` is asked for. Without `thread` and `lines` the conversation is held in the terminal.

    `customer` is who talks there, `shop` the SQLite file that stands in, if not the sample; without `at` it
    is now. With `yes` nothing is asked: all that was observed is expected.
    """

    file: Path
    deployment: Path | None = None
    state: Path | None = None
    thread: str | None = None
    lines: Path | None = None
    customer: str = NOBODY
    shop: Path | None = None
    at: datetime | None = None
    id: str | None = None
    says: str | None = None
    yes: bool = False
    force: bool = False


def new(wanted: Wanted) -> None:
    """Draft the case and say what is next. Raises NotPossibleError and ConfigurationError."""
    console = console_for()
    recording = _recorded(wanted)
    with opened(Opening(deployment_file(wanted.deployment))) as stand:
        if recording is None:
            draft = _held(wanted, stand, console)
        else:
            draft = _replayed(wanted, stand, recording, console)
    write(draft, wanted.file, force=wanted.force)
    console.print(f"Wrote the case {draft.case.id} to {wanted.file}.")
    named = ["--deployment", str(wanted.deployment)] if wanted.deployment else []
    words = ["hybrid-agent", "eval", *named, "--cases", str(wanted.file), "--case", draft.case.id]
    console.print(f"Next: {shlex.join(words)}", soft_wrap=True)


def _recorded(wanted: Wanted) -> Recording | None:
    if wanted.lines is not None:
        return typed(wanted.lines, wanted.thread, _now())
    if wanted.thread is None:
        return None
    here = Path(SETTINGS) if Path(SETTINGS).is_file() else None
    return run_here(stored(place_of(wanted.deployment or here, wanted.state), wanted.thread))


def _replayed(wanted: Wanted, stand: Stand, recording: Recording, console: Console) -> Draft:
    """What was recorded, with other persons."""
    replay = replayed(stand, recording, _start(wanted, recording.at))
    notes = [f"Drafted from {recording.source}. Made up: {', '.join(replay.replaced) or 'nothing'}.", READ_IT]
    if not as_recorded(replay, recording):
        there, here = "; ".join(recording.ended), "; ".join(replay.ended)
        notes += [f"It ended there: {there}.", f"In the stand-in shop: {here}.", STAND_IN]
    return _draft(wanted, replay.placed, replay.played, replay.placed.case.turns, notes, console)


def _held(wanted: Wanted, stand: Stand, console: Console) -> Draft:
    """A conversation in the terminal."""
    talk = Talk(console)
    console.print("You talk as the customer; /help lists what staff and fate may do; /end ends it.")
    draft = placed(_start(wanted, _now()), wanted.customer, [Turn(customer="-")])
    played = stand.run(play_with(stand.deployment, draft, stand.worlds, talk.next_turn))
    if not played.heard:
        raise NotPossibleError("nothing was said\n  Say something as the customer first.")
    note = ["Drafted from a conversation in the terminal."]
    return _draft(wanted, draft, played, talk.turns, note, console)


def _draft(
    wanted: Wanted,
    bare: Placed,
    played: Played,
    turns: Sequence[Turn],
    notes: list[str],
    console: Console,
) -> Draft:
    if played.error:
        raise NotPossibleError(f"the conversation cannot be played: {played.error}")
    observed, ask = tuple(observations(played)), _asks(wanted)
    expected = asking.kept(observed, console) if ask else observed
    says = wanted.says or (asking.promised(console) if ask else "") or asking.UNSAID
    known = [agreed(turn, place, played) for place, turn in enumerate(turns[: len(played.turns)])]
    told = [after(turn, seen) for turn, seen in zip(known[:-1], played.turns, strict=False)]
    about = next(iter(next((each.value for each in observed if each.key == "intents"), [])), "conversation")
    base = {
        "id": wanted.id or _free_id(wanted, about),
        "says": says,
        "about": about,
        "tags": ["draft"],
        "customer": bare.case.customer,
        "turns": [*told, *known[-1:]],
    }
    try:
        case = Case.model_validate({**base, "expect": {each.key: each.value for each in expected}})
    except ValidationError as error:
        notes.append(DROPPED.format(why=why(error)))
        expected = expected[:1]
        case = valid({**base, "turns": list(known), "expect": {each.key: each.value for each in expected}})
    return Draft(case, bare.at, bare.shop, tuple(notes), expected)


def _free_id(wanted: Wanted, about: str) -> str:
    taken = {each.case.id for each in read_cases(wanted.file).placed} if wanted.file.is_file() else set()
    return next(name for n in range(1, len(taken) + 2) if (name := f"{about}_{n}") not in taken)


def _start(wanted: Wanted, at: datetime) -> Start:
    """As the cases of the file begin that this one joins; else at the moment given, or when it was."""
    there = read_cases(wanted.file).placed if wanted.file.is_file() and not wanted.force else ()
    if there:
        return Start(there[0].at, there[0].shop)
    return Start((wanted.at or at).astimezone().replace(second=0, microsecond=0), wanted.shop)


def _now() -> datetime:
    return datetime.now(UTC)


def _asks(wanted: Wanted) -> bool:
    """A conversation in the terminal has its author there; a recording may be drafted by a program."""
    held = wanted.thread is None and wanted.lines is None
    return not wanted.yes and (held or sys.stdin.isatty())
