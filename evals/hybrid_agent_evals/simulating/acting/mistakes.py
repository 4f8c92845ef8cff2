"""What a model does wrong that plays a customer, by rules against its own sheet: none of it is the bot's."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from hybrid_agent.catalog import Catalog
from hybrid_agent.catalog.phrasing import show
from hybrid_agent.frozen import Frozen
from hybrid_agent.reasoning.hints import hints_for
from hybrid_agent.slots import SlotKind, find
from hybrid_agent.state import EvidenceKind
from hybrid_agent_evals.checks.texts import plain
from hybrid_agent_evals.playing.record import PlayedTurn
from hybrid_agent_evals.simulating.acting.sheet import Sheet
from hybrid_agent_evals.simulating.values import plain_data


class Fault(StrEnum):
    """Kinds of mistakes of the player."""

    OUT_OF_ROLE = "out_of_role"
    INVENTED = "invented"
    REPEATED = "repeated"
    CLAIMED = "claimed"
    SILENT = "silent"


class Mistake(Frozen):
    """A mistake in the message at this place of the conversation, from 0, with the words that show it."""

    fault: Fault
    turn: int
    words: str


CHECKED = (SlotKind.ID, SlotKind.EMAIL, SlotKind.PHONE)
"""Kinds of values that no customer can guess."""

_AS_BOT = re.compile(
    r"\b(?:as an ai|(?:i am|i'm) (?:an?|the|your) (?:\w+ )?(?:assistant|bot|chatbot|language model)"
    r"|how (?:can|may) i (?:help|assist) you|(?:i can|i'll|i will|let me) (?:help|assist) you"
    r"|our (?:customer|support) (?:service|team) (?:will|is)|is there anything else i can)\b"
)
_CLAIM = re.compile(
    r"\bthank(?:s| you)(?: so much| very much)? for (?:\w+ing\b|your (?:help with|assistance))"
    r"|\bthat (?:was|has been) \w+ed\b|\byou (?:have )?(?:already|just) \w+ed\b"
)


def mistakes(
    turns: Sequence[PlayedTurn], sheet: Sheet, catalog: Catalog, now: datetime
) -> tuple[Mistake, ...]:
    """The mistakes in a conversation as it was played, in its order."""
    found = (
        Mistake(fault=fault, turn=place, words=words)
        for place, turn in enumerate(turns)
        if turn.by == "customer"
        for fault, words in _in_message(place, turns, sheet, catalog, now)
    )
    return tuple(found)


def _in_message(
    place: int, turns: Sequence[PlayedTurn], sheet: Sheet, catalog: Catalog, now: datetime
) -> Iterator[tuple[Fault, str]]:
    said, before = turns[place].said, turns[:place]
    text = plain(said)
    if match := _AS_BOT.search(text):
        yield Fault.OUT_OF_ROLE, match[0]
    known = "\n".join((sheet.scenario, *sheet.facts, *(turn.reply for turn in before)))
    allowed = _values(known, catalog, now)
    yield from ((Fault.INVENTED, value) for value in sorted(_values(said, catalog, now) - allowed))
    if len(text.split()) > 1 and text in {plain(turn.said) for turn in before if turn.by == "customer"}:
        yield Fault.REPEATED, said
    done = any(ground.kind is EvidenceKind.EFFECT for turn in before for ground in turn.grounds)
    if (match := _CLAIM.search(text)) and not done:
        yield Fault.CLAIMED, match[0]


def _values(text: str, catalog: Catalog, now: datetime) -> set[str]:
    """The values in a text that nobody can guess, as the catalog's recognisers read them."""
    slots = [slot for slot in catalog.slots.values() if slot.kind in CHECKED]
    return {
        show(plain_data(found.value))
        for slot in slots
        for found in find(slot.kind, text, hints_for(slot, catalog, now, asked=True))
    }
