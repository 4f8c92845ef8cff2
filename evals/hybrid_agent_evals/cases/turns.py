"""What happens in a conversation, one thing after the other: messages, decisions, time, faults."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, StringConstraints, model_validator

from hybrid_agent.catalog.durations import Duration
from hybrid_agent.catalog.parts import Name, Part, Text
from hybrid_agent.state import Status
from hybrid_agent_evals.cases.naming import unknown
from hybrid_agent_tools import all_operations

DECISIONS = ("approve", "edit", "reject", "respond")
Decision = Literal["approve", "edit", "reject", "respond", "take_over", "release"]
NOBODY = "-"
"""Written for a customer who is not signed in."""


def several(value: object) -> object:
    """A single value as a list of one."""
    return value if isinstance(value, list | tuple) else (value,)


OneOf = Annotated[
    tuple[Text, ...],
    BeforeValidator(several, json_schema_input_type=Text | tuple[Text, ...]),
    Field(min_length=1),
]
"""Texts of which one will do; a single text may be written without the list."""

AnyStatus = Annotated[
    tuple[Status, ...],
    BeforeValidator(several, json_schema_input_type=Status | tuple[Status, ...]),
    Field(min_length=1),
]

Said = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
"""A message as it is typed, spaces and all."""

Wait = Annotated[Duration, Field(gt=timedelta(0), le=timedelta(days=3_650))]


def _system(name: str) -> str:
    systems = {*all_operations(), *(each.partition(".")[0] for each in all_operations())}
    if name not in systems:
        raise ValueError(unknown("operation or port", name, systems))
    return name


System = Annotated[Text, AfterValidator(_system)]
"""An operation (`orders.get`), or a port with all of its operations (`orders`)."""


class FaultKind(StrEnum):
    """How a system fails. Neither `slow` nor `lost_answer` answers; after the latter a write is done."""

    DOWN = "down"
    SLOW = "slow"
    RATE_LIMITED = "rate_limited"
    NOT_FOUND = "not_found"
    REJECTED = "rejected"
    LOST_ANSWER = "lost_answer"


class Fault(Part):
    """A fault of one operation (`orders.get`), or of all of a port (`orders`): every call, or so many."""

    of: System
    how: FaultKind
    times: int | None = Field(None, ge=1)


class Heard(Part):
    """What must be true right after a turn. `asks` is the slot, or the kind of question, or `nothing`."""

    status: AnyStatus | None = None
    asks: Text | None = None
    told: tuple[OneOf, ...] = ()
    not_told: tuple[OneOf, ...] = ()

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if problems := list(told_and_not(self.told, self.not_told)):
            raise ValueError("; ".join(problems))
        return self


def told_and_not(told: Sequence[Sequence[str]], not_told: Sequence[Sequence[str]]) -> Iterator[str]:
    """The texts that must be told, each other way of saying them included, and must not."""
    forbidden = {text.casefold() for each in not_told for text in each}
    for texts in told:
        if forbidden.issuperset(text.casefold() for text in texts):
            yield f"{' / '.join(texts)!r} must and must not be told; keep one of the two"


class Turn(Part):
    """One thing that happens: a customer's message, a person's deed, time that passes, a fault that begins.

    `means` says whether a message agrees to what was proposed. `by` and `roles` are whoever decides (all
    approving roles where none is named), `arguments` what an edit changes, `says` the words that come with a
    decision. A `stale` decision names what was shown first instead of last. `chat` names another conversation
    in the same world, `signed_in` another customer who writes.
    """

    customer: Said | None = None
    agent: Decision | None = None
    wait: Wait | None = None
    fault: Fault | None = None
    mended: System | None = Field(None, description="The operation or port whose faults end.")
    means: bool | None = None
    signed_in: Text | None = None
    chat: Name | None = None
    by: Text | None = None
    roles: tuple[Name, ...] | None = None
    arguments: Mapping[Name, JsonValue] | None = None
    says: Text | None = None
    stale: bool = False
    expect: Heard | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        given = [
            each
            for each in ("customer", "agent", "wait", "fault", "mended")
            if getattr(self, each) is not None
        ]
        if len(given) != 1:
            raise ValueError("give exactly one of customer, agent, wait, fault, mended")
        if self.customer is None and (self.means is not None or self.signed_in is not None):
            raise ValueError("only a customer's message has means and signed_in")
        if self.agent is None and (self.by or self.roles is not None or self.says or self.stale):
            raise ValueError("only an agent's turn has by, roles, says, stale")
        if (self.arguments is not None) != (self.agent == "edit"):
            raise ValueError("an edit has arguments, and nothing else has")
        if self.agent == "respond" and not self.says:
            raise ValueError("a respond needs the words in says")
        if self.expect is not None and not self.heard:
            raise ValueError("nothing can be expected of a turn in which the bot does not run; leave it out")
        if self.chat is not None and self.customer is None and self.agent is None:
            raise ValueError("only a customer's and an agent's turn happen in a chat")
        return self

    @property
    def grants(self) -> bool:
        """Whether staff let something be done with this turn."""
        return self.agent in ("approve", "edit")

    @property
    def heard(self) -> bool:
        """Whether the graph runs in this turn."""
        return self.customer is not None or self.agent in DECISIONS
