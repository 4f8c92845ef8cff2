"""What the chat's addresses take and answer."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from hybrid_agent.frozen import Frozen
from hybrid_agent.records.models import By
from hybrid_agent.redaction.screen import MAX_TEXT

MessageId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
"""Chosen by whoever sends a message: the same id again is the same message."""

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]


class NewMessage(Frozen):
    """A customer's message."""

    id: MessageId
    text: Words


class PersonWanted(Frozen):
    """The wish for a person, as a message of the customer."""

    id: MessageId


class Rating(Frozen):
    """How a customer found the service, from 1 (bad) to 5 (good)."""

    score: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)] = ""


class Token(Frozen):
    """A token to call the other addresses with, as Bearer; good until `expires`."""

    token: str
    expires: datetime


class Sample(Frozen):
    """A sample customer of a demonstration."""

    customer: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Opened(Frozen):
    """A conversation of the customer's."""

    id: str
    opened: datetime
    last_at: datetime


class Listed(Frozen):
    """The customer's conversations, the one with the latest word first."""

    conversations: tuple[Opened, ...]


class Source(Frozen):
    """A numbered source under a reply; `url` is an http(s) address or missing."""

    number: int
    title: str
    url: str | None


class Shown(Frozen):
    """A message as the customer sees it. `mark` of their own is the id they sent it with; `name` is a
    person's."""

    id: int
    mark: str
    by: By
    name: str | None
    text: str
    sources: tuple[Source, ...]
    at: datetime


class Pending(Frozen):
    """What a colleague decides about, and until when: after that silence is no."""

    what: str
    until: datetime


class Standing(Frozen):
    """How a conversation stands: who speaks, whether a person was asked for and has not come yet, and what
    waits for a decision."""

    speaker: Literal["bot", "person"]
    name: str | None
    waiting: bool
    pending: tuple[Pending, ...]


class Transcript(Frozen):
    """A conversation's last messages in order, and how it stands."""

    messages: tuple[Shown, ...]
    standing: Standing
