"""The port to a help desk's tickets."""

from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import Field

from hybrid_agent_tools.operation import Idempotency, Risk, port, read, write
from hybrid_agent_tools.values import LongText, Personal, Record, ShortText, Timestamp

__all__ = ["Note", "Priority", "Ticket", "TicketDesk", "TicketId", "TicketStatus"]

TicketId = Annotated[str, Field(min_length=1, max_length=64)]


class TicketStatus(StrEnum):
    """Whose turn it is, or that nobody's is."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    SOLVED = "solved"
    CLOSED = "closed"


class Priority(StrEnum):
    """How soon a person should look."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Note(Record):
    """Something written on a ticket; only a public note is for the customer's eyes."""

    note_id: str
    body: str
    public: bool
    author: Annotated[str | None, Personal.NAME] = None
    created_at: Timestamp


class Ticket(Record):
    """A ticket; `notes` holds the public ones, oldest first, because what is read may be shown."""

    ticket_id: str
    customer_id: str
    subject: str
    status: TicketStatus
    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    created_at: Timestamp
    updated_at: Timestamp | None = None
    notes: tuple[Note, ...] = ()


@port("tickets")
class TicketDesk(Protocol):
    """The customer's tickets."""

    @read()
    async def get(self, *, ticket_id: TicketId, customer_id: str) -> Ticket:
        """Look up one ticket with its public notes."""

    @read()
    async def search(
        self,
        *,
        text: ShortText | None = None,
        status: TicketStatus | None = None,
        limit: Annotated[int, Field(ge=1, le=100)] = 20,
        customer_id: str,
    ) -> list[Ticket]:
        """Search the customer's tickets by words and status, newest first."""

    @write(risk=Risk.LOW, idempotency=Idempotency.KEY, read_back="find_created")
    async def create(
        self,
        *,
        subject: ShortText,
        body: LongText,
        priority: Priority = Priority.NORMAL,
        tags: tuple[ShortText, ...] = (),
        customer_id: str,
        key: str,
    ) -> Ticket:
        """Open a ticket for the customer; the body is its first public note."""

    async def find_created(self, *, subject: ShortText, customer_id: str, key: str) -> Ticket | None: ...

    @write(risk=Risk.LOW, idempotency=Idempotency.KEY, read_back="find_public_note")
    async def add_public_note(
        self, *, ticket_id: TicketId, body: LongText, customer_id: str, key: str
    ) -> Note:
        """Add a note to a ticket that the customer sees."""

    async def find_public_note(
        self, *, ticket_id: TicketId, body: LongText, customer_id: str, key: str
    ) -> Note | None: ...

    @write(risk=Risk.LOW, idempotency=Idempotency.KEY, read_back="find_internal_note")
    async def add_internal_note(
        self, *, ticket_id: TicketId, body: LongText, customer_id: str, key: str
    ) -> Note:
        """Add a note to a ticket that only agents see."""

    async def find_internal_note(
        self, *, ticket_id: TicketId, body: LongText, customer_id: str, key: str
    ) -> Note | None: ...

    @write(risk=Risk.LOW, idempotency=Idempotency.STATE, read_back="find_status")
    async def set_status(
        self, *, ticket_id: TicketId, status: TicketStatus, customer_id: str, key: str
    ) -> Ticket:
        """Set whose turn it is on a ticket, or that it is solved."""

    async def find_status(
        self, *, ticket_id: TicketId, status: TicketStatus, customer_id: str, key: str
    ) -> Ticket | None: ...
