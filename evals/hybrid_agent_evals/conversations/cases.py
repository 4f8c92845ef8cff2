"""Conversations in YAML: what a customer writes, what staff decide, and what must have come of it."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BeforeValidator, Field, JsonValue, model_validator

from hybrid_agent.catalog.parts import Name, Part, Text
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.state import Status
from hybrid_agent.yamlfile import read_model
from hybrid_agent_tools import Risk, all_operations


def _several(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


OneOf = Annotated[tuple[Text, ...], BeforeValidator(_several), Field(min_length=1)]
"""Texts of which one will do; a single text may be written without the list."""

AnyStatus = Annotated[tuple[Status, ...], BeforeValidator(_several), Field(min_length=1)]

STAFF = ("approve", "edit", "reject")


class Kind(StrEnum):
    """What the catalog is made for, in everyday words; or typos, stories, traps and second thoughts."""

    ROUTINE = "routine"
    MESSY = "messy"


class Turn(Part):
    """A customer's message, or a decision of staff about what waits for one.

    `means` says whether the message agrees to what was proposed, where it answers that; `arguments` are
    those that an edit changes.
    """

    customer: Text | None = None
    means: bool | None = None
    agent: Literal["approve", "edit", "reject"] | None = None
    arguments: Mapping[Name, JsonValue] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.customer is None) == (self.agent is None):
            raise ValueError("give either customer or agent")
        if self.means is not None and self.customer is None:
            raise ValueError("only a customer's message has means")
        if (self.arguments is not None) != (self.agent == "edit"):
            raise ValueError("an edit has arguments, and nothing else has")
        return self

    @property
    def grants(self) -> bool:
        """Whether staff let something be done with this turn."""
        return self.agent in ("approve", "edit")


class Write(Part):
    """A write that must have been done; of its arguments, those that are named are compared."""

    operation: Text
    arguments: Mapping[Name, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> Self:
        operation = all_operations().get(self.operation)
        if operation is None or not operation.writes:
            raise ValueError(f"there is no write {self.operation!r}")
        if unknown := sorted(set(self.arguments) - set(operation.arguments.model_fields)):
            raise ValueError(f"{self.operation} has no argument {', '.join(unknown)}")
        return self

    @property
    def risk(self) -> Risk:
        """The operation's own risk."""
        return all_operations()[self.operation].risk


class Expected(Part):
    """What must be true at the end. `writes` are all that may have been done, each once."""

    status: AnyStatus
    writes: tuple[Write, ...] = ()
    told: tuple[OneOf, ...] = ()
    not_told: tuple[OneOf, ...] = ()


class Conversation(Part):
    """One conversation of a signed-in customer; `about` is the intent that it is mainly about."""

    id: Name
    kind: Kind
    about: Name
    customer: Text
    turns: tuple[Turn, ...] = Field(min_length=1)
    expect: Expected

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.turns[0].customer is None:
            raise ValueError("the customer begins")
        risky = any(write.risk is Risk.HIGH for write in self.expect.writes)
        if risky and not any(turn.grants for turn in self.turns):
            raise ValueError("a write of high risk is expected, but no turn approves it")
        return self


class Suite(Part):
    """A file of conversations; `at` is the moment of all of them, to which the shop's dates are relative."""

    at: AwareDatetime
    conversations: tuple[Conversation, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation and its moment."""

    at: AwareDatetime
    conversation: Conversation

    @property
    def digest(self) -> str:
        """Changes with anything in the case, so that a result is never taken for another case's."""
        text = f"{self.at.isoformat()} {self.conversation.model_dump_json()}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def bundled() -> Path:
    """The folder of the conversations that come with the package."""
    return Path(str(resources.files("hybrid_agent_evals").joinpath("conversations", "data")))


def read_cases(folder: Path) -> tuple[Case, ...]:
    """The conversations of every YAML file in a folder.

    Raises ConfigurationError with the line of every problem, and where two have the same id.
    """
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise ConfigurationError(
            "holds no .yaml file", where=folder, advice="Name a folder of conversations."
        )
    suites = [read_model(file, Suite) for file in files]
    cases = tuple(Case(suite.at, each) for suite in suites for each in suite.conversations)
    counted = Counter(case.conversation.id for case in cases)
    if twice := sorted(id_ for id_, count in counted.items() if count > 1):
        message = f"several conversations have the id {', '.join(twice)}"
        raise ConfigurationError(message, where=folder, advice="Give each its own.")
    return cases


def spread(cases: tuple[Case, ...], count: int | None) -> tuple[Case, ...]:
    """So many of the cases, evenly spread over all of them; all where no number is given."""
    if count is None or count >= len(cases):
        return cases
    return tuple(cases[place * len(cases) // count] for place in range(count))
