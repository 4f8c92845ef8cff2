"""What was observed of a conversation, as what a case may expect of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_jsonable_python

from hybrid_agent.state import QuestionKind
from hybrid_agent_evals.cases.contradictions import NOTHING
from hybrid_agent_evals.cases.turns import Turn
from hybrid_agent_evals.playing.record import Played, PlayedTurn
from hybrid_agent_evals.playing.ways import way_of


@dataclass(frozen=True, slots=True)
class Observation:
    """One key of `expect` with its value, and what it means."""

    key: str
    value: Any
    means: str


def observations(played: Played) -> Iterator[Observation]:
    """Everything that the keys of `expect` can say of the conversation as it went, the status first."""
    if played.status is not None:
        yield Observation("status", played.status.value, "how it stands at the end")
    yield Observation("way", way_of(played).value, "the bot alone, with a person's decision, or handed over")
    parts = (
        ("intents", _intents(played), "what was served"),
        ("slots", _slots(played), "what was known of it"),
        ("reads", _reads(played), "what was looked up"),
        ("writes", _writes(played), "what was done: nothing else may be"),
        ("cites", _cites(played), "what was cited: a few words of each title will do"),
        ("hand_off", _hand_off(played), "why a person got it: any one of these reasons will do"),
    )
    yield from (Observation(key, value, means) for key, value, means in parts if value)
    asked = sum(turn.asked is not None for turn in played.heard)
    yield Observation("asked", asked, "the most questions that may be asked")


def after(turn: Turn, played: PlayedTurn) -> Turn:
    """The turn with what was true right after it."""
    if played.status is None:
        return turn
    asks = (played.asked.slot or played.asked.kind.value) if played.asked else NOTHING
    return Turn.model_validate(turn.model_dump() | {"expect": {"status": played.status, "asks": asks}})


def agreed(turn: Turn, place: int, played: Played) -> Turn:
    """The turn marked as a yes where it answered what was proposed, and something was begun by it."""
    before, now = played.turns[place - 1] if place else None, played.turns[place]
    proposed = before is not None and before.asked is not None and before.asked.kind is QuestionKind.CONFIRM
    begun = bool(now.pending) or any(each.turn == place for each in played.writes)
    said_yes = turn.customer is not None and turn.means is None and proposed and begun
    return turn.model_copy(update={"means": True}) if said_yes else turn


def endings(status: str, wrote: Sequence[str], reasons: Sequence[str]) -> tuple[str, ...]:
    """How a conversation ended, in words by which a recording and its replay can be compared."""
    return (
        f"status {status}",
        f"wrote {', '.join(dict.fromkeys(wrote)) or 'nothing'}",
        f"handed off because of {', '.join(dict.fromkeys(reasons))}" if reasons else "not handed off",
    )


def _intents(played: Played) -> list[str]:
    served = [each.intent for turn in played.turns for each in turn.served if each.intent]
    return list(dict.fromkeys(served))


def _slots(played: Played) -> Mapping[str, Any]:
    known = [each.slots for turn in played.turns for each in turn.served]
    return {name: value for slots in known for name, value in slots.items() if value is not None}


def _reads(played: Played) -> list[str]:
    return list(dict.fromkeys(each.operation for each in played.reads if not each.failed))


def _writes(played: Played) -> list[dict[str, Any]]:
    return [
        {"operation": each.operation, "arguments": to_jsonable_python(dict(each.arguments))}
        for each in played.writes
    ]


def _cites(played: Played) -> list[str]:
    titles = {
        each.title for turn in played.turns for each in turn.grounds if each.kind in ("passage", "policy")
    }
    cited = [each.title for turn in played.turns for each in turn.cites if each.title in titles]
    return list(dict.fromkeys(cited))


def _hand_off(played: Played) -> Mapping[str, Any]:
    reasons: Sequence[str] = list(dict.fromkeys(one for each in played.hand_offs for one in each.reasons))
    return {"reasons": reasons} if reasons else {}
