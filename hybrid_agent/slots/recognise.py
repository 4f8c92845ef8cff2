"""One door to all recognisers: find values of a kind in a message, and check a value that was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TypeAlias

from hybrid_agent.slots import (
    address,
    choice,
    contact,
    dates,
    datetimes,
    free,
    ids,
    money,
    postcode,
    quantity,
    times,
    yes_no,
)
from hybrid_agent.slots.fold import fold
from hybrid_agent.slots.model import MAX_TEXT, Found, Hints, Hit, InvalidSlot, SlotKind, Value

Finder: TypeAlias = Callable[[str, Hints], Iterator[Hit]]
Canonical: TypeAlias = Callable[[object, Hints], Value | None]

MAX_FOUND = 50
_EDGE = " \n\"'.,;:!?()"

FINDERS: dict[SlotKind, Finder] = {
    SlotKind.ID: ids.find,
    SlotKind.EMAIL: contact.find_email,
    SlotKind.PHONE: contact.find_phone,
    SlotKind.POSTCODE: postcode.find,
    SlotKind.ADDRESS: address.find,
    SlotKind.DATE: dates.find,
    SlotKind.TIME: times.find,
    SlotKind.DATETIME: datetimes.find,
    SlotKind.MONEY: money.find,
    SlotKind.QUANTITY: quantity.find,
    SlotKind.CHOICE: choice.find,
    SlotKind.YES_NO: yes_no.find,
    SlotKind.NAME: free.find_name,
    SlotKind.TEXT: free.find_text,
}

CANONICAL: dict[SlotKind, Canonical] = {
    SlotKind.ID: ids.canonical,
    SlotKind.EMAIL: contact.email,
    SlotKind.PHONE: contact.phone,
    SlotKind.POSTCODE: postcode.canonical,
    SlotKind.ADDRESS: address.canonical,
    SlotKind.DATE: dates.canonical,
    SlotKind.TIME: times.canonical,
    SlotKind.DATETIME: datetimes.canonical,
    SlotKind.MONEY: money.canonical,
    SlotKind.QUANTITY: quantity.canonical,
    SlotKind.CHOICE: choice.canonical,
    SlotKind.YES_NO: yes_no.canonical,
    SlotKind.NAME: free.name,
    SlotKind.TEXT: free.text,
}

WANTED: dict[SlotKind, str] = {
    SlotKind.ID: "That does not have the form of the number I need. Please check it and send it again.",
    SlotKind.EMAIL: "That is not a complete e-mail address. Please write it like name@example.com.",
    SlotKind.PHONE: "That is not a phone number I can use. Please write it with its country code (+44 ...).",
    SlotKind.POSTCODE: "That is not a postcode I recognise. Please check it and send it again.",
    SlotKind.ADDRESS: "Please write the whole address: street and number, postcode, city and country.",
    SlotKind.DATE: "Please give one date, like 3 December 2026.",
    SlotKind.TIME: "Please give one time, like 3:30 pm.",
    SlotKind.DATETIME: "Please give a date and a time, like 3 December at 3:30 pm.",
    SlotKind.MONEY: "Please give one amount with its currency, like 12.50 EUR.",
    SlotKind.QUANTITY: "Please tell me how many as a whole number, like 2.",
    SlotKind.CHOICE: "Please choose one of: {choices}.",
    SlotKind.YES_NO: "Please answer yes or no.",
    SlotKind.NAME: "Please tell me the name, up to 100 characters.",
    SlotKind.TEXT: "Please write a short text, up to {limit} characters.",
}


def find(kind: SlotKind, text: str, hints: Hints) -> tuple[Found, ...]:
    """Up to MAX_FOUND values of one kind in the first MAX_TEXT characters, in the order they stand there."""
    folded = fold(text)
    found = []
    for hit in islice(FINDERS[kind](folded.text, hints), MAX_FOUND):
        start, end = folded.span(hit.start, hit.end)
        found.append(Found(hit.value, text[start:end], start, end, hit.certain))
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def parse(kind: SlotKind, value: object, hints: Hints) -> Value:
    """The canonical form of a value given by a form or a model, as a string or canonical already.

    Raises InvalidSlot, whose message is for the customer, if the value is not wholly of the kind.
    """
    if isinstance(value, str) and len(value) <= MAX_TEXT:
        value = fold(value).text.strip()
    canonical = None if value in ("", None) else CANONICAL[kind](value, hints)
    if canonical is None and isinstance(value, str):
        canonical = _only(kind, value, hints)
    if canonical is None:
        choices = ", ".join(name.replace("_", " ") for name in hints.choices)
        raise InvalidSlot(WANTED[kind].format(choices=choices, limit=MAX_TEXT))
    return canonical


def _only(kind: SlotKind, text: str, hints: Hints) -> Value | None:
    """The value of the one hit that covers the whole text but for punctuation."""
    hits = list(FINDERS[kind](text[:MAX_TEXT], replace(hints, asked=True)))
    rest = text[: hits[0].start] + text[hits[0].end :] if len(hits) == 1 else text
    return hits[0].value if hits and not rest.strip(_EDGE) else None
