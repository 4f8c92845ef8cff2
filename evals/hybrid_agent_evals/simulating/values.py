"""What a customer would say where a slot is asked for, by the kind of the slot."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from pydantic import JsonValue

from hybrid_agent.catalog import Catalog, Slot
from hybrid_agent.catalog.phrasing import show
from hybrid_agent.reasoning.hints import hints_for
from hybrid_agent.slots import InvalidSlot, SlotKind, Value, find, parse
from hybrid_agent_evals.simulating.words import Habits, Words


@dataclass(frozen=True, slots=True)
class Told:
    """A value in the form that a read takes, None where its words give none; and the words for it."""

    value: JsonValue
    words: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whoever puts values into words: the shop's catalog and words, where and when, and the dice."""

    catalog: Catalog
    habits: Habits
    words: Words
    now: datetime
    country: str
    random: Random

    def canonical(self, slot: str, said: str) -> JsonValue:
        """The value that the catalog's recogniser reads in the words; None where it reads none."""
        given = self.catalog.slots[slot]
        try:
            return plain_data(parse(given.kind, said, hints_for(given, self.catalog, self.now, asked=True)))
        except InvalidSlot:
            return None


def plain_data(value: Value) -> JsonValue:
    """A recognised value as JSON."""
    return dict[str, JsonValue](value) if isinstance(value, dict) else value


def recorded(speaker: Speaker, slot: str, value: JsonValue) -> Told:
    """A value of the customer's own records in their words."""
    words = show(value)
    marked = f"#{words}"
    if speaker.random.random() < 0.2 and speaker.canonical(slot, marked) == value:
        words = marked
    return Told(value, words)


def made_up(speaker: Speaker, name: str) -> Told | None:
    """A value that needs no record; None for what only the bot can offer."""
    slot = speaker.catalog.slots[name]
    if slot.kind is SlotKind.CHOICE:
        return _chosen(speaker, name, slot) if any(slot.choices.values()) else None
    if slot.kind is SlotKind.ID:
        return _from_examples(speaker, slot)
    words = _WORDS[slot.kind](speaker)
    return Told(speaker.canonical(name, words), words)


def other_number(value: str, random: Random) -> str:
    """The value with its digits drawn again."""
    return "".join(random.choice("123456789") if letter.isdigit() else letter for letter in value)


def _chosen(speaker: Speaker, name: str, slot: Slot) -> Told:
    value = speaker.random.choice(sorted(slot.choices))
    fresh = speaker.words.slots.get(name, {}).get(value, ())
    known = (*fresh,) or (*slot.choices[value], value.replace("_", " "))
    return Told(value, speaker.random.choice(known))


def _from_examples(speaker: Speaker, slot: Slot) -> Told | None:
    """An id as the catalog's examples have it: nothing else says what one looks like."""
    hints = hints_for(slot, speaker.catalog, speaker.now, asked=False)
    texts = [text for intent in speaker.catalog.intents.values() for text in intent.examples]
    found = [each for text in texts for each in find(slot.kind, text, hints)]
    if not found:
        return None
    drawn = speaker.random.choice(found)
    return Told(plain_data(drawn.value), drawn.text)


def _address(speaker: Speaker) -> str:
    known = speaker.habits.addresses
    lines = known.get(speaker.country) or known.get(speaker.catalog.country) or next(iter(known.values()))
    if speaker.random.random() < 0.1:
        lines = known[speaker.random.choice(sorted(known))]
    return speaker.random.choice(lines).format(n=speaker.random.randint(2, 89))


def _date(speaker: Speaker) -> str:
    day = speaker.now + timedelta(days=speaker.random.randint(2, 12))
    forms = (
        f"{day.day} {day:%B}",
        f"{day:%Y-%m-%d}",
        f"{day:%A}, {day.day} {day:%B}",
        f"on the {day.day}th of {day:%B}",
    )
    return speaker.random.choice(forms)


def _time(speaker: Speaker) -> str:
    return f"{speaker.random.randint(9, 17)}:{speaker.random.choice(('00', '15', '30'))}"


_WORDS: Mapping[SlotKind, Callable[[Speaker], str]] = {
    SlotKind.ADDRESS: _address,
    SlotKind.DATE: _date,
    SlotKind.TIME: _time,
    SlotKind.DATETIME: lambda speaker: f"{_date(speaker)} at {_time(speaker)}",
    SlotKind.EMAIL: lambda speaker: (
        f"{speaker.random.choice(('alex', 'kim', 'robin'))}.{speaker.random.randint(10, 99)}@example.com"
    ),
    SlotKind.PHONE: lambda speaker: f"+31 6 1234 {speaker.random.randint(1000, 9999)}",
    SlotKind.POSTCODE: lambda speaker: f"{speaker.random.randint(1000, 9999)} AB",
    SlotKind.MONEY: lambda speaker: f"{speaker.random.randint(5, 90)} euros",
    SlotKind.QUANTITY: lambda speaker: str(speaker.random.randint(1, 4)),
    SlotKind.YES_NO: lambda speaker: speaker.random.choice(("yes", "no")),
    SlotKind.NAME: lambda speaker: speaker.random.choice(speaker.habits.names),
    SlotKind.TEXT: lambda speaker: speaker.random.choice(speaker.habits.texts),
}
