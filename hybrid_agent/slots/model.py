"""What a slot recogniser is told and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple, TypeAlias

Value: TypeAlias = str | int | bool | dict[str, str]

MAX_TEXT = 4000
"""Characters of a message that are searched; what comes after is a paste, not an answer."""


class SlotKind(StrEnum):
    """The types a catalog may give a slot."""

    ID = "id"
    EMAIL = "email"
    PHONE = "phone"
    POSTCODE = "postcode"
    ADDRESS = "address"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    MONEY = "money"
    QUANTITY = "quantity"
    CHOICE = "choice"
    YES_NO = "yes_no"
    NAME = "name"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known around a message when it is searched.

    `now` is aware and in the customer's time zone; `country` is ISO 3166 alpha-2; `pattern` is the
    catalog's regex of an id; `labels` are words that name an id ("order", "invoice"); `choices` maps each
    value to its synonyms; `asked` says that the question just put to the customer was for this slot, so
    that a bare "1044" or "the 3rd" counts.
    """

    now: datetime
    country: str = "US"
    locale: str = "en"
    pattern: str | None = None
    labels: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked: bool = False
    prefer: Literal["future", "past"] = "future"

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("Hints.now has no time zone; give an aware datetime in the customer's zone")


@dataclass(frozen=True, slots=True)
class Found:
    """A value seen at `message[start:end]`, which is `text`; not `certain` when it has another reading."""

    value: Value
    text: str
    start: int
    end: int
    certain: bool = True


class Hit(NamedTuple):
    """What a recogniser sees in the folded text; spans are of the folded text."""

    value: Value
    start: int
    end: int
    certain: bool = True


class InvalidSlot(ValueError):  # noqa: N818
    """A value that is not of its kind. The message is written for the customer."""
