"""How turns, approvals and hand-offs look on a terminal; good at 80 columns, with and without colours."""

import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hybrid_agent.catalog.phrasing import show
from hybrid_agent.session import Turn
from hybrid_agent.state import Evidence, Question, QuestionKind, SlotValue, Status, Step

WIDEST = 100
LABEL = 11
BRIEF = 150
BOT = "Bot"


def console_for(*, plain: bool = False) -> Console:
    """A console on stdout; readable lines also on a wide terminal."""
    console = Console(no_color=plain, highlight=False, markup=False, emoji=False, file=sys.stdout)
    console.width = min(console.width, WIDEST)
    return console


def clean(text: str) -> str:
    """The text without control characters, which a terminal would obey."""
    return "".join(each for each in text if each == "\n" or not unicodedata.category(each).startswith("C"))


def row(console: Console, label: str, value: str | Text, style: str = "", label_style: str = "dim") -> None:
    """A label and, beside it, text that is wrapped under itself."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=LABEL, no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    text = value if isinstance(value, Text) else Text(clean(value), style=style)
    indent = len(text.plain) - len(text.plain.lstrip(" "))
    grid.add_row(Text(label, style=label_style), Padding(text[indent:], (0, 0, 0, indent)))
    console.print(grid)


def rows(console: Console, label: str, values: Iterable[str | Text], style: str = "") -> None:
    """Several lines under one label."""
    for number, value in enumerate(values):
        row(console, label if number == 0 else "", value, style)


def customer_says(console: Console, text: str) -> None:
    """The customer's words."""
    row(console, "Customer", text, style="bold", label_style="bold cyan")


def reply(console: Console, turn: Turn, shown: str = "") -> None:
    """What the bot says, with the sources under it; `shown` stands there already, and may not count."""
    said = turn.reply.text if turn.reply else ""
    if shown and shown != said:
        row(console, "Taken back", "What stands above does not count. What does:", "yellow")
    if turn.reply is None:
        row(console, BOT, "(says nothing)", style="dim", label_style="bold green")
        return
    if shown != said:
        row(console, BOT, said, label_style="bold green")
    for each in turn.reply.citations:
        url = f"  {each.url}" if each.url else ""
        row(console, "", f"[{each.number}] {each.title}{url}", style="dim")


def notices(console: Console, turn: Turn) -> None:
    """What whoever decides must know."""
    rows(console, "Notice", turn.notices, style="yellow")


def hint(turn: Turn) -> str:
    """What is awaited now, in a few words."""
    match turn.status:
        case Status.AWAITING_CUSTOMER:
            return _awaited(turn.served.question)
        case Status.AWAITING_APPROVAL:
            ids = " ".join(turn.served.approvals)
            return f"waits for a person: /approvals, then /approve, /edit, /reject or /respond {ids}"
        case Status.HANDED_OFF:
            return "a person has it: /takeover to take it, /release to give it back to the bot"
        case _:
            return ""


def _awaited(question: Question | None) -> str:
    if question is None:
        return "the customer's answer"
    options = " / ".join(question.options.values())
    match question.kind:
        case QuestionKind.CONFIRM | QuestionKind.PERSON:
            return "yes or no"
        case QuestionKind.SLOT:
            return options or (question.slot or "").replace("_", " ")
        case QuestionKind.INTENT | QuestionKind.TOPIC:
            return options


def way(steps: Sequence[Step]) -> str:
    """The way through the nodes with the milliseconds of each."""
    return " > ".join(f"{step.node} {_ms(step.ms)}" for step in steps)


def _ms(ms: float) -> str:
    return f"{ms:.0f} ms" if ms >= 1 else "<1 ms"


def intents(found: Mapping[str, float]) -> str:
    """Intents with their confidence."""
    return ", ".join(f"{name} {confidence:.2f}" for name, confidence in found.items())


def slot(name: str, value: SlotValue) -> str:
    """A slot's value, where it is from, and the customer's own words for it."""
    said = f", said as {value.said!r}" if value.said and value.said != value.value else ""
    return f"{name} = {show(value.value)} ({value.source.value}{said})"


def evidence(item: Evidence) -> str:
    """One piece of evidence: name, source, and what it says in short."""
    if item.quoted:
        return f"{item.kind.value}, {item.title}: {brief(item.text, 80)}"
    return f"{item.name}, from {item.source}: {brief(gist(item.data))}"


def gist(value: Any) -> str:
    """What a record says at its top level; of what is nested only how much there is."""
    if (
        not isinstance(value, Mapping)
        or "line1" in value
        or "amount" in value.keys() <= {"amount", "currency"}
    ):
        return show(value)
    parts = []
    for name, each in value.items():
        nested = isinstance(each, list) and any(isinstance(item, Mapping) for item in each)
        if each not in (None, "", [], {}):
            parts.append(f"{name.replace('_', ' ')}: {len(each) if nested else show(each)}")
    return ", ".join(parts)


def brief(text: str, limit: int = BRIEF) -> str:
    """The text on one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[:limit].rsplit(" ", 1)[0] + " ..."


def approval(console: Console, each: Mapping[str, Any]) -> None:
    """An approval as the agent sees it: what, with which arguments, from where, for whom, until when."""
    payload = each["payload"]
    row(console, "Approval", f"{each['id']}  {each['summary']}", "bold", "bold yellow")
    row(console, "does", f"{each['operation']} for customer {each['customer_id'] or '(anonymous)'}")
    sources = payload.get("sources", {})
    rows(console, "with", (_argument(name, value, sources) for name, value in payload["arguments"].items()))
    row(console, "because", f"{payload['message']!r} ({each['intent']} {payload['confidence']:.2f})")
    facts = payload.get("facts", {})
    rows(console, "facts", (f"{name}: {brief(gist(value))}" for name, value in facts.items()), "dim")
    row(console, "risk", ", ".join([payload["risk"], *map(clean, payload["reasons"])]))
    people = f" ({each['needed']} different people)" if each["needed"] > 1 else ""
    row(console, "may decide", ", ".join(payload["policy"]["approvers"]) + people)
    row(console, "until", moment(each["expires"]))
    row(console, "digest", each["digest"][:16], style="dim")


def _argument(name: str, value: Any, sources: Mapping[str, str]) -> str:
    return f"{name} = {show(value)} (from {sources.get(name, 'nothing')})"


def moment(iso: str) -> str:
    """A time as a member of staff reads it, in UTC."""
    return f"{datetime.fromisoformat(iso):%Y-%m-%d %H:%M} UTC"


def packet(console: Console, number: str, content: Mapping[str, Any]) -> None:
    """A hand-off's packet, all of it."""
    row(console, "Hand-off", number, "bold", "bold magenta")
    for name, value in content.items():
        if value not in (None, [], {}, ""):
            rows(console, name, _lines(value))


def _lines(value: Any) -> list[str]:
    """A value as indented lines; the plain parts of a record share one."""
    if isinstance(value, list):
        return [line for each in value for line in _item(each)]
    if not isinstance(value, Mapping):
        return [show(value)]
    if set(value) == {"by", "text"}:
        return [f"{value['by']}: {value['text']}"]
    told = {name.replace("_", " "): each for name, each in value.items() if each not in (None, [], {}, "")}
    plain = [f"{name}: {show(each)}" for name, each in told.items() if not _nested(each)]
    deeper = [(name, _lines(each)) for name, each in told.items() if _nested(each)]
    return [
        *([", ".join(plain)] if plain else []),
        *(line for name, inner in deeper for line in (f"{name}:", *(f"  {each}" for each in inner))),
    ]


def _item(value: Any) -> list[str]:
    first, *others = _lines(value) or [""]
    return [f"- {first}", *(f"  {each}" for each in others)]


def _nested(value: Any) -> bool:
    """Whether a value needs lines of its own; money and addresses are written as one."""
    if isinstance(value, Mapping):
        return "line1" not in value and set(value) != {"amount", "currency"}
    return isinstance(value, list) and any(isinstance(each, Mapping) for each in value)
