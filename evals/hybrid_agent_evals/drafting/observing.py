"""What was observed of a conversation, as what a case may expect of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_jsonable_python

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


def agreed(turn: Turn, before: PlayedTurn | None, played: PlayedTurn) -> Turn:
    """The turn marked as a yes where it answered what was proposed, and something was begun after it."""
    proposed = before is not None and before.asked is not None and before.asked.kind == "confirm"
    said_yes = turn.customer is not None and proposed and bool(played.pending) and turn.means is None
    return turn.model_copy(update={"means": True}) if said_yes else turn


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
