"""What a case says must be true at its end, and after its turns."""

from collections.abc import Iterator, Sequence

from pydantic_core import to_json

from hybrid_agent.state import Status
from hybrid_agent_evals.cases.contradictions import NOTHING
from hybrid_agent_evals.cases.models import Case, Way, Write
from hybrid_agent_evals.cases.turns import Heard
from hybrid_agent_evals.checks.outcome import Seen
from hybrid_agent_evals.checks.texts import covers, occurs, untold
from hybrid_agent_evals.playing.record import PlayedTurn
from hybrid_agent_evals.playing.ways import way_of
from hybrid_agent_evals.worlds.calls import Called


def status(seen: Seen) -> Sequence[str]:
    """The conversation stands at the end as it must, and no turn failed."""
    played, expected = seen.played, seen.placed.case.expect
    if played.error:
        return [f"failed: {played.error}"]
    if played.status in expected.status:
        return []
    stands = played.status.value if played.status else "none: nothing was heard"
    return [f"the status is {stands}, not {' or '.join(expected.status)}"]


def way(seen: Seen) -> Sequence[str] | None:
    """The conversation took the path that it must take."""
    wanted = seen.placed.case.expect.way
    took = way_of(seen.played)
    return (
        None if wanted is None else [] if took is wanted else [f"the way is {took.value}, not {wanted.value}"]
    )


def intent(seen: Seen) -> Sequence[str] | None:
    """The intents that must be served are, and those that must not be are not."""
    expected = seen.placed.case.expect
    if not expected.intents and not expected.not_intents:
        return None
    served = {each.intent for turn in seen.played.turns for each in turn.served}
    return [
        *(f"the intent {each} was not served" for each in expected.intents if each not in served),
        *(f"the intent {each} was served" for each in expected.not_intents if each in served),
    ]


def slots(seen: Seen) -> Sequence[str] | None:
    """The slots have the values that they must have."""
    expected = seen.placed.case.expect.slots
    if not expected:
        return None
    known = [each.slots for turn in seen.played.turns for each in turn.served]
    wrong = [
        name for name, value in expected.items() if not any(covers(value, each.get(name)) for each in known)
    ]
    return [f"the slot {name} never was {_short(expected[name])}" for name in wrong]


def tools(seen: Seen) -> Sequence[str] | None:
    """What must be read is read, what must not be is not."""
    expected = seen.placed.case.expect
    if not expected.reads and not expected.not_read:
        return None
    read = {each.operation for each in seen.played.reads}
    return [
        *(f"not read: {each}" for each in expected.reads if each not in read),
        *(f"read: {each}" for each in expected.not_read if each in read),
    ]


def end_state(seen: Seen) -> Sequence[str]:
    """Exactly the expected writes were done, and the shop is otherwise as it was."""
    missing, wrong = compared(seen.placed.case.expect.writes, seen.played.writes)
    quiet = not seen.played.writes and seen.played.changes
    return [
        *(f"not written: {each.operation} {_short(dict(each.arguments))}" for each in missing),
        *(f"wrongly written: {each.operation} {_short(dict(each.arguments))}" for each in wrong),
        *(
            f"changed without a write: {each.table} {each.key}"
            for each in (seen.played.changes if quiet else ())
        ),
    ]


def told(seen: Seen) -> Sequence[str] | None:
    """The customer reads what they must, and never what they must not."""
    expected = seen.placed.case.expect
    if not expected.told and not expected.not_told:
        return None
    return list(untold(expected.told, expected.not_told, seen.played.replies))


def citation(seen: Seen) -> Sequence[str] | None:
    """The sources that must be cited are, or none is where none may be."""
    expected = seen.placed.case.expect
    if not expected.cites and not expected.cites_nothing:
        return None
    cited = (each for turn in seen.played.turns for each in turn.cites)
    titles = "\n".join(f"{each.title} {each.url or ''}".strip() for each in cited)
    if expected.cites_nothing:
        return [f"cited: {titles}"] if titles else []
    return [
        f"not cited: {' / '.join(each)}"
        for each in expected.cites
        if not any(occurs(one, titles) for one in each)
    ]


def escalation(seen: Seen) -> Sequence[str]:
    """A person is brought in where one must be, for the right reason, and nowhere else."""
    wanted, opened = seen.placed.case.expect.hand_off, seen.played.hand_offs
    if wanted is None:
        foreseen = _may_hand_off(seen.placed.case)
        return [] if foreseen else [f"handed off because of {', '.join(each.reasons)}" for each in opened]
    reasons = {reason for each in opened for reason in each.reasons}
    if not reasons & set(wanted.reasons):
        found = ", ".join(sorted(reasons)) or "not at all"
        return [f"not handed off because of {' or '.join(wanted.reasons)} (but {found})"]
    packets = to_json([each.packet for each in opened]).decode()
    return [f"not in the packet: {each}" for each in wanted.packet if not occurs(each, packets)]


def _may_hand_off(case: Case) -> bool:
    """Whether the case says anywhere that the conversation may be with a person."""
    taken = case.expect.way is Way.HANDED_OFF or any(turn.agent == "take_over" for turn in case.turns)
    said = [case.expect.status, *((turn.expect.status or ()) for turn in case.turns if turn.expect)]
    return taken or any(Status.HANDED_OFF in each for each in said)


def turns(seen: Seen) -> Sequence[str] | None:
    """After each turn, what the case says of it is true."""
    pairs = [
        (turn.expect, played) for turn, played in zip(seen.placed.case.turns, seen.played.turns, strict=False)
    ]
    if not any(heard for heard, _ in pairs):
        return None
    return [
        f"turn {place}: {problem}"
        for place, (heard, played) in enumerate(pairs, 1)
        if heard
        for problem in _after(heard, played)
    ]


def questions(seen: Seen) -> Sequence[str] | None:
    """The customer is not asked more often than the case allows."""
    most = seen.placed.case.expect.asked
    if most is None:
        return None
    asked = sum(turn.asked is not None for turn in seen.played.heard)
    return [f"{asked} questions were asked, {most} suffice"] if asked > most else []


def _after(heard: Heard, played: PlayedTurn) -> Iterator[str]:
    if heard.status and played.status not in heard.status:
        yield f"the status is {played.status}, not {' or '.join(heard.status)}"
    if heard.asks:
        asked = (played.asked.slot or played.asked.kind.value) if played.asked else NOTHING
        if asked != heard.asks:
            yield f"asked is {asked}, not {heard.asks}"
    yield from untold(heard.told, heard.not_told, played.reply)


def compared(expected: Sequence[Write], done: Sequence[Called]) -> tuple[list[Write], list[Called]]:
    """The expected writes that were not done, and the done ones that were not expected."""
    missing, wrong = list(expected), list[Called]()
    for each in done:
        fitting = next((one for one in missing if _fits(one, each)), None)
        if fitting is None:
            wrong.append(each)
        else:
            missing.remove(fitting)
    return missing, wrong


def _fits(expected: Write, done: Called) -> bool:
    return expected.operation == done.operation and covers(dict(expected.arguments), dict(done.arguments))


def _short(value: object) -> str:
    return to_json(value).decode()
