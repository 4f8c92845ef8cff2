"""A conversation as people read it: what was said, the way it took, what was known and what was done."""

from collections.abc import Iterator, Mapping, Sequence

from hybrid_agent_evals.playing.record import Asked, Ground, Played, PlayedTurn
from hybrid_agent_evals.reports.texts import compact, in_a_line, visible
from hybrid_agent_evals.worlds.calls import Called
from hybrid_agent_evals.worlds.rows import RowChange

INDENT = "    "


def transcript(played: Played) -> str:
    """The whole conversation as plain text, with what it did to the world at the end."""
    return "\n".join((*_said(played), *_done(played)))


def stands(turn: PlayedTurn) -> str:
    """How it stood after a turn, in a few words."""
    parts = (turn.status.value if turn.status else "", asks(turn.asked), *_waits(turn))
    return "; ".join(part for part in parts if part)


def asks(asked: Asked | None) -> str:
    """What is asked, and among what."""
    if asked is None:
        return ""
    options = f" ({' / '.join(asked.options)})" if asked.options else ""
    return f"asks {asked.slot or asked.kind.value}{options}"


def call(called: Called) -> str:
    """A call of a system, with its arguments, for whom, and in which turn."""
    whom = f" for {called.customer}" if called.customer else ""
    failed = f", failed: {called.failed}" if called.failed else ""
    return f"{called.operation} {compact(dict(called.arguments))}{whom}, turn {called.turn + 1}{failed}"


def change(row: RowChange) -> str:
    """What is different about a row, each column as it was and as it is."""
    name = f"{row.table} {row.key}"
    if row.before is None:
        return f"{name} is new: {compact(dict(row.after or {}))}"
    if row.after is None:
        return f"{name} is gone: {compact(dict(row.before))}"
    return f"{name}: {', '.join(_columns(row.before, row.after))}"


def ground(item: Ground) -> str:
    """A piece of evidence: what kind, under which name, and from where."""
    return in_a_line(f"{item.kind.value} {item.title or item.name} ({item.source})")


def new_grounds(played: Played) -> list[tuple[Ground, ...]]:
    """For each turn the evidence that came with it."""
    known: dict[str, set[str]] = {}
    return [_new(turn, known.setdefault(turn.chat, set())) for turn in played.turns]


def _new(turn: PlayedTurn, known: set[str]) -> tuple[Ground, ...]:
    told = {compact(each.model_dump()): each for each in turn.grounds}
    fresh = tuple(each for text, each in told.items() if text not in known)
    known.update(told)
    return fresh


def _said(played: Played) -> Iterator[str]:
    for turn in played.turns:
        yield _under(f"{turn.by}{f' in {turn.chat}' if turn.chat else ''}", turn.said)
        if turn.reply:
            yield _under("bot", turn.reply)
        yield from (f"{INDENT}[{each.number}] {in_a_line(each.title)}" for each in turn.cites)
        yield from (f"{INDENT}{part}" for part in (" > ".join(turn.nodes), in_a_line(stands(turn))) if part)
    if played.error:
        yield _under("error", played.error)


def _done(played: Played) -> Iterator[str]:
    yield from _listed("read", [call(each) for each in played.reads])
    yield from _listed("wrote", [call(each) for each in played.writes])
    yield from _listed("changed", [change(each) for each in played.changes])
    yield from _listed("handed off", [", ".join(each.reasons) for each in played.hand_offs])


def _listed(label: str, lines: Sequence[str]) -> Iterator[str]:
    yield from (f"{label}: {in_a_line(line)}" for line in lines)


def _under(label: str, text: str) -> str:
    return f"{label}: " + visible(text).replace("\n", f"\n{INDENT}")


def _waits(turn: PlayedTurn) -> Iterator[str]:
    yield from (f"waits for a person: {each.summary}" for each in turn.pending)
    if turn.reasons:
        yield f"handed off because of {', '.join(turn.reasons)}"
    yield from turn.notices


def _columns(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    yield from (f"{name} {compact(before[name])} -> {compact(after[name])}" for name in after)
