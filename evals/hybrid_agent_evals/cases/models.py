"""A case in YAML, as a support lead reads it: what happens, in which world, and what must come of it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, Field, JsonValue, model_validator

from hybrid_agent.catalog.parts import Name, Part, Text
from hybrid_agent_evals.cases.contradictions import contradictions
from hybrid_agent_evals.cases.naming import unknown
from hybrid_agent_evals.cases.turns import NOBODY, AnyStatus, OneOf, Turn
from hybrid_agent_tools import Risk, all_operations

Whole = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Cell = str | bool | Whole | float | None

Moment = Annotated[
    AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC))
]


def _read(name: str) -> str:
    reads = [each.name for each in all_operations().values() if not each.writes]
    if name not in reads:
        raise ValueError(unknown("read", name, reads))
    return name


ReadName = Annotated[Text, AfterValidator(_read)]


class Write(Part):
    """A write that must have been done; of its arguments, those that are named are compared."""

    operation: Text
    arguments: Mapping[Name, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> Self:
        writes = {name: each for name, each in all_operations().items() if each.writes}
        if self.operation not in writes:
            raise ValueError(unknown("write", self.operation, writes))
        named = writes[self.operation].arguments.model_fields
        if wrong := [name for name in self.arguments if name not in named]:
            raise ValueError(unknown(f"argument of {self.operation}", wrong[0], named))
        return self

    @property
    def risk(self) -> Risk:
        """The operation's own risk."""
        return all_operations()[self.operation].risk


class Way(StrEnum):
    """The path that a conversation takes: the bot alone, with a person's decision, handed over."""

    BOT = "bot"
    APPROVED = "approved"
    HANDED_OFF = "handed_off"


class HandOffExpected(Part):
    """A hand-off: any one of these reasons must be among its own, and its packet must hold these texts."""

    reasons: OneOf
    packet: tuple[Text, ...] = ()


class Expected(Part):
    """What must be true at the end.

    `writes` are all that may have been done, each once. `intents` are those that must have been served (in
    any order), `slots` the values that must be known, as the catalog's recognisers write them. `reads` must
    have been made, `not_read` must not. `cites` are words of the titles or links that must be cited,
    `cites_nothing` that none may. `asked` is the most questions that the customer may be asked.
    """

    status: AnyStatus
    way: Way | None = None
    intents: tuple[Name, ...] = ()
    not_intents: tuple[Name, ...] = ()
    slots: Mapping[Name, JsonValue] = Field(default_factory=dict)
    reads: tuple[ReadName, ...] = ()
    not_read: tuple[ReadName, ...] = ()
    writes: tuple[Write, ...] = ()
    cites: tuple[OneOf, ...] = ()
    cites_nothing: bool = False
    hand_off: HandOffExpected | None = None
    told: tuple[OneOf, ...] = ()
    not_told: tuple[OneOf, ...] = ()
    asked: int | None = Field(None, ge=0)


class Article(Part):
    """An article of a case's own help centre, in Markdown."""

    name: Name
    text: str = Field(min_length=1, max_length=50_000)


class Case(Part):
    """One conversation; `about` is the intent it is mainly about, `says` what it promises, in a sentence.

    `shop` changes the starting state: table -> key -> columns (None: the row is not there). `articles` are
    the help centre instead of the deployment's: an empty list is an empty help centre.
    """

    id: Name
    says: Text
    about: Name
    tags: tuple[Name, ...] = ()
    customer: Text = NOBODY
    shop: Mapping[Name, Mapping[str, Mapping[Name, Cell] | None]] = Field(default_factory=dict)
    articles: tuple[Article, ...] | None = None
    turns: tuple[Turn, ...] = Field(min_length=1)
    expect: Expected

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if problems := list(contradictions(self)):
            raise ValueError("; ".join(problems))
        return self

    @property
    def writers(self) -> Iterator[str]:
        """The ids of all customers who write."""
        yield from (self.customer, *(turn.signed_in for turn in self.turns if turn.signed_in))


class CaseFile(Part):
    """A file of cases; `at` is the moment of all of them, to which the shop's dates are relative.

    `shop` is an SQLite file of the embedded connector that the cases start from, beside this file; without
    one it is the sample shop as it is made at that moment.
    """

    at: Moment
    shop: Path | None = None
    cases: tuple[Case, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Placed:
    """A case with its moment, the shop it starts from (None: the sample), and where it is written."""

    case: Case
    at: AwareDatetime
    shop: Path | None = None
    file: Path = Path("-")
    line: int = 0

    @property
    def where(self) -> str:
        """`FILE:LINE`, for messages."""
        return f"{self.file}:{self.line}"

    @property
    def digest(self) -> str:
        """Changes with anything in the case, so that a result is never taken for another case's.

        Where its files are does not count, nor what it leaves unsaid.
        """
        shop = self.shop.read_bytes() if self.shop and self.shop.is_file() else b""
        told = f"{self.at.isoformat()} {self.case.model_dump_json(exclude_defaults=True)}"
        return hashlib.sha256(hashlib.sha256(shop).digest() + told.encode()).hexdigest()[:16]
