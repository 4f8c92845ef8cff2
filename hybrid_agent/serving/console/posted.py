"""What the console's pages are asked for, and what their forms send."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from hybrid_agent.redaction.screen import screen_text
from hybrid_agent.serving.errors import InvalidInputError

LONGEST_REASON = 1_000
"""Characters of a reason: it is said to the customer, in a sentence or two."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
Moment = Annotated[AwareDatetime, Field(ge=FIRST, lt=LAST)]
Day = Annotated[date, Field(ge=FIRST.date(), lt=LAST.date())]
"""Far from the ends of the calendar, so that it has another day and other time zones."""
YesNo = Annotated[bool | None, BeforeValidator(lambda value: value or None)]


class Show(StrEnum):
    """Which cases the inbox shows."""

    ALL = "all"
    APPROVALS = "approvals"
    HAND_OFFS = "hand_offs"
    MINE = "mine"
    OVERDUE = "overdue"


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class InboxQuery(_Read):
    """Which cases, those after the one of this time and conversation."""

    show: Show = Show.ALL
    due: Moment | None = None
    after: str | None = None


class CaseQuery(_Read):
    """What was just done on the page, and with which approval."""

    outcome: str = ""
    approval: str = ""


class SearchQuery(_Read):
    """What is looked for."""

    q: Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)] = ""


class DecisionsQuery(_Read):
    """By whom it was decided, and until which day; `before` is where the page before this one ended."""

    by: Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)] = ""
    until: Annotated[Day | None, BeforeValidator(lambda value: value or None)] = None
    before: Moment | None = None


class DecisionForm(_Read):
    """A decision on exactly what the page had shown, by its id and digest."""

    type: Literal["approve", "reject", "respond"]
    approval: Id
    digest: Id
    message: str = ""


class EditForm(BaseModel):
    """An edit: beside these, a field for each part of the action's arguments."""

    model_config = ConfigDict(frozen=True, extra="allow")

    digest: Id
    message: str = ""

    @property
    def typed(self) -> dict[str, str]:
        """The fields of the arguments."""
        return {name: str(value) for name, value in (self.model_extra or {}).items()}


class WriteForm(_Read):
    """A message to the customer; the mark makes a second submit the same message."""

    mark: Id
    text: str = ""


class AssessmentForm(_Read):
    """What is asked after a hand-off; None where it was not answered."""

    hand_off: Id
    enough_context: YesNo = None
    customer_repeated: YesNo = None
    suggestion_right: YesNo = None


def spoken(text: str, *, longest: int, empty: str = "") -> str:
    """A text as it may be stored, screened as customers' words are. Raises InvalidInputError.

    `empty` is what is wrong if there is none; without it there need not be any.
    """
    if len(text) > longest:
        raise InvalidInputError(f"It has {len(text)} characters; {longest} are allowed. Nothing was done.")
    clean = screen_text(text.replace("\r\n", "\n")).text
    if empty and not clean:
        raise InvalidInputError(f"{empty} Nothing was done.")
    return clean
