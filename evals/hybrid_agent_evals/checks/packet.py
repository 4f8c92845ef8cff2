"""Every hand-off's packet holds what a person needs to go on without asking anything again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hybrid_agent.redaction.screen import screen_text
from hybrid_agent.state import Phase
from hybrid_agent_evals.checks.outcome import Seen
from hybrid_agent_evals.checks.talks import is_strange, owner_of, turns_in
from hybrid_agent_evals.checks.texts import covers, plain
from hybrid_agent_evals.playing.record import Played, PlayedHandOff, Served

KEPT = 15
"""The customer's latest messages that a packet must hold."""


def packet(seen: Seen) -> Sequence[str] | None:
    """Who, what, why, everything that is known, what was tried and proposed, and every message."""
    played = seen.played
    if not played.hand_offs:
        return None
    return [
        f"the packet of turn {each.turn + 1}: {problem}"
        for each in played.hand_offs
        for problem in _incomplete(each, played)
    ]


def _incomplete(opened: PlayedHandOff, played: Played) -> Iterator[str]:
    held = opened.packet
    if not isinstance(held, Mapping):
        yield "there is none"
        return
    if not held.get("summary"):
        yield "it has no summary"
    if missing := sorted(set(opened.reasons) - set(_of(held, "why").get("reasons", ()))):
        yield f"it does not say why: {', '.join(missing)}"
    if held.get("customer_id") != owner_of(played, opened.chat):
        yield "it is not of the chat's customer"
    if "tried" not in held:
        yield "it does not say what was tried"
    yield from _wants(held)
    yield from _facts(held)
    yield from _slots(opened, held, played)
    yield from _proposal(opened, held, played)
    yield from _transcript(opened, held, played)


def _wants(held: Mapping[str, Any]) -> Iterator[str]:
    for each in held.get("intents", ()):
        if not each.get("said") or not isinstance(each.get("confidence"), int | float):
            yield f"{each.get('intent')} lacks the customer's words or the confidence"


def _facts(held: Mapping[str, Any]) -> Iterator[str]:
    for each in held.get("facts", ()):
        if not each.get("source"):
            yield f"the fact {each.get('name')} has no source"


def _slots(opened: PlayedHandOff, held: Mapping[str, Any], played: Played) -> Iterator[str]:
    """Values that the requests which are passed on have, and the packet has not."""
    entities = _of(held, "entities")
    for served in _passed_on(opened, played):
        for name, value in served.slots.items():
            if not covers(value, _of(entities, name).get("value")):
                yield f"it lacks the {name} of {served.intent}"


def _passed_on(opened: PlayedHandOff, played: Played) -> Iterator[Served]:
    """The requests that were not over before, nor are done."""
    turns = [turn for _, turn in turns_in(played, opened.chat, opened.turn)]
    now, before = turns[-1].served, turns[-2].served if len(turns) > 1 else ()
    for place, served in enumerate(now):
        over = place < len(before) and before[place].phase is Phase.HANDED_OFF
        if served.phase is not Phase.DONE and not over:
            yield served


def _proposal(opened: PlayedHandOff, held: Mapping[str, Any], played: Played) -> Iterator[str]:
    """What waited for a person when the conversation was handed over."""
    turns = [turn for _, turn in turns_in(played, opened.chat, opened.turn)]
    waited = turns[-2].pending if len(turns) > 1 else ()
    proposed = {each.get("operation") for each in held.get("proposed", ())}
    yield from (
        f"it lacks the proposed {each.operation}" for each in waited if each.operation not in proposed
    )


def _transcript(opened: PlayedHandOff, held: Mapping[str, Any], played: Played) -> Iterator[str]:
    told = "\n".join(plain(str(each.get("text"))) for each in held.get("transcript", ()))
    said = [
        turn
        for _, turn in turns_in(played, opened.chat, opened.turn)
        if turn.by == "customer" and not is_strange(played, turn)
    ]
    for turn in said[-KEPT:]:
        if plain(screen_text(turn.said).text) not in told:
            yield f"it lacks the message {turn.said!r}"


def _of(held: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = held.get(name)
    return found if isinstance(found, Mapping) else {}
