"""Typed slot recognisers: values of a kind in a customer's words, and their one canonical form."""

from hybrid_agent.slots.correction import corrects, meant
from hybrid_agent.slots.model import MAX_TEXT, Found, Hints, InvalidSlot, SlotKind, Value
from hybrid_agent.slots.patterns import InvalidPattern, compile_pattern
from hybrid_agent.slots.recognise import find, parse

__all__ = [
    "MAX_TEXT",
    "Found",
    "Hints",
    "InvalidPattern",
    "InvalidSlot",
    "SlotKind",
    "Value",
    "compile_pattern",
    "corrects",
    "find",
    "meant",
    "parse",
]
