"""`hybrid-agent demo`: a scripted session on a fresh copy of the sample, shown and checked step by step."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from hybrid_agent.caller import Caller
from hybrid_agent.cli import showing
from hybrid_agent.cli.desk import Desk, Wish
from hybrid_agent.cli.failing import NOT_AS_EXPECTED, NotPossibleError
from hybrid_agent.cli.opening import opened
from hybrid_agent.cli.places import CONVERSATIONS, Place, bundled, copy_sample
from hybrid_agent.cli.script import Ended, Scene, Script, Step, differences, read_script
from hybrid_agent.cli.tables import Change, Tables, changes, read_tables, watched
from hybrid_agent.portal import run_here
from hybrid_agent.records import ledger
from hybrid_agent.records.models import Effect, EffectStatus
from hybrid_agent.session import Turn
from hybrid_agent.settings import read_settings
from hybrid_agent.state import State

FIELDS = 6
"""Fields of a changed row that are shown."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demo plays: the desk, the shop's databases, and the console that shows it."""

    desk: Desk
    script: Script
    shops: Sequence[Path]
    console: Console


def play(*, plain: bool = False, script: Path | None = None) -> int:
    """Play the script and return the exit code: 1 if a step did not end as the script says."""
    console, read = showing.console_for(plain=plain), read_script(script or bundled("demo.yaml"))
    with tempfile.TemporaryDirectory(prefix="hybrid-agent-demo-") as made:
        folder = Path(made) / "shop"
        file = copy_sample(folder)
        console.print("Opening a fresh copy of the sample (a first time, the classifier is trained) ...")
        with opened(Place(file, folder / CONVERSATIONS)) as session:
            systems = list(read_settings(file).systems.values())
            stage = Stage(Desk(session), read, watched(folder, systems), console)
            wrong = [
                each for number, scene in enumerate(read.scenes, 1) for each in _scene(stage, scene, number)
            ]
    return _verdict(console, wrong, sum(len(scene.steps) for scene in read.scenes))


def _verdict(console: Console, wrong: Sequence[str], steps: int) -> int:
    console.rule(style="dim")
    if wrong:
        console.print(f"{len(wrong)} of the script's expectations were not met.", style="bold red")
        return NOT_AS_EXPECTED
    console.print(f"All {steps} steps ended as the script says.", style="bold green")
    return 0


def _scene(stage: Stage, scene: Scene, number: int) -> list[str]:
    stage.console.print()
    stage.console.rule(f"{number}. {scene.title}", align="left", style="dim")
    return [each for step in scene.steps for each in _step(stage, step, f"demo-{number}")]


def _step(stage: Stage, step: Step, thread: str) -> list[str]:
    console = stage.console
    console.print()
    if step.note:
        console.print(step.note, style="italic")
    shop, before = _shop(stage), run_here(stage.desk.look(thread))
    turn = _customer(stage, step.says, thread) if step.says else _agent(stage, step, thread)
    after = run_here(stage.desk.seen(thread)).state
    effects, changed = run_here(_effects(stage, thread)), changes(shop, _shop(stage))
    if turn.trail:
        _understood(console, turn, before.state if before else None, after)
    _came_of_it(console, turn, effects, changed)
    done = sum(effect.status is EffectStatus.SUCCEEDED for effect in effects)
    names = {item.name for item in after["evidence"]}
    ended = Ended(turn, names, {change.table for change in changed}, done)
    wrong = list(differences(step.expect, ended))
    showing.rows(console, "WRONG", wrong, style="bold red")
    return wrong


def _customer(stage: Stage, text: str, thread: str) -> Turn:
    showing.customer_says(stage.console, text)
    return run_here(stage.desk.send(thread, text, Caller.customer(stage.script.customer)))


def _agent(stage: Stage, step: Step, thread: str) -> Turn:
    agent = stage.script.agent
    shown = list(stage.desk.shown)
    if not shown or step.decides is None:
        raise NotPossibleError("the script decides before anything waits for a person")
    roles = ", ".join(agent.roles)
    showing.row(
        stage.console, "Agent", f"{agent.name} ({roles}): {step.decides} {shown[-1]}", "bold", "bold yellow"
    )
    wish = Wish(step.decides, approval_id=shown[-1])
    return run_here(stage.desk.decide(thread, wish, Caller.staff(agent.name, *agent.roles)))


def _shop(stage: Stage) -> Tables:
    return {name: table for file in stage.shops for name, table in read_tables(file).items()}


async def _effects(stage: Stage, thread: str) -> list[Effect]:
    async with stage.desk.session.deployment.records.read() as connection:
        return await ledger.of_thread(connection, thread)


def _understood(console: Console, turn: Turn, before: State | None, after: State) -> None:
    """The way of the turn and what it added to what was known."""
    showing.row(console, "way", showing.way(turn.trail))
    if turn.served.intents:
        showing.row(console, "intent", showing.intents(turn.served.intents))
    known = set(_slots(before)) if before else set()
    showing.rows(console, "slots", (each for each in _slots(after) if each not in known))
    old = before["evidence"] if before else []
    new = (showing.evidence(item) for item in after["evidence"] if item not in old)
    showing.rows(console, "evidence", new, "dim")
    showing.reply(console, turn)


def _slots(state: State) -> list[str]:
    return [showing.slot(*pair) for request in state["requests"] for pair in request.slots.items()]


def _came_of_it(console: Console, turn: Turn, effects: Sequence[Effect], changed: Sequence[Change]) -> None:
    """How the turn ended: what waits, the ledger, what changed in the shop, what was handed off."""
    showing.notices(console, turn)
    showing.row(console, "status", turn.status.value)
    for each in turn.approvals:
        showing.approval(console, each)
    showing.rows(console, "ledger", (_effect(effect) for effect in effects))
    showing.rows(console, "shop", _changed(changed) or ["nothing changed"])
    if turn.hand_off is not None and isinstance(turn.hand_off.packet, dict):
        showing.packet(console, turn.hand_off.id, turn.hand_off.packet)


def _effect(effect: Effect) -> str:
    return f"{effect.summary}: {effect.status.value}, calls made: {effect.attempts}"


def _changed(changed: Sequence[Change]) -> list[Text]:
    lines = []
    for change in changed:
        key = " ".join(map(str, change.key))
        lines.append(Text(f"{change.what}: {change.table} {showing.brief(key, 40)}", style="bold"))
        fields = [
            (name, pair)
            for name, pair in change.fields.items()
            if pair[1 if change.what == "new" else 0] not in change.key
        ]
        lines += [Text(f"  {name}: {_pair(change.what, *pair)}") for name, pair in fields[:FIELDS]]
        if len(fields) > FIELDS:
            lines.append(Text(f"  and {len(fields) - FIELDS} more fields", style="dim"))
    return lines


def _pair(what: str, old: object, new: object) -> str:
    was, now = ("(nothing)" if each is None else _short(str(each)) for each in (old, new))
    return {"new": now, "gone": was}.get(what, f"{was} -> {now}")


def _short(text: str) -> str:
    return showing.brief(showing.clean(text), 48)
