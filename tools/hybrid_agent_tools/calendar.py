"""The port to appointments."""

from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import Field

from hybrid_agent_tools.operation import Idempotency, Risk, Scope, port, read, write
from hybrid_agent_tools.values import Record, ShortText, Timestamp

__all__ = ["Appointment", "AppointmentStatus", "Calendar", "Slot"]

Limit = Annotated[int, Field(ge=1, le=100)]


class AppointmentStatus(StrEnum):
    """Whether an appointment still stands."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


class Slot(Record):
    """A free time that can be booked."""

    slot_id: str
    service: str
    starts_at: Timestamp
    ends_at: Timestamp
    location: str | None = None


class Appointment(Record):
    """A customer's appointment."""

    appointment_id: str
    customer_id: str
    status: AppointmentStatus
    slot_id: str | None = None
    service: str
    starts_at: Timestamp
    ends_at: Timestamp
    location: str | None = None
    note: str | None = None


@port("calendar")
class Calendar(Protocol):
    """Free times and the customer's appointments."""

    @read(scope=Scope.PUBLIC)
    async def slots(
        self,
        *,
        service: ShortText | None = None,
        after: Timestamp | None = None,
        before: Timestamp | None = None,
        limit: Limit = 10,
    ) -> list[Slot]:
        """List the free times from now on, or within the given times, soonest first."""

    @read()
    async def appointments(
        self, *, include_past: bool = False, limit: Limit = 20, customer_id: str
    ) -> list[Appointment]:
        """List the customer's appointments, soonest first."""

    @write(risk=Risk.LOW, idempotency=Idempotency.KEY, read_back="find_booking")
    async def book(
        self, *, slot_id: ShortText, note: ShortText | None = None, customer_id: str, key: str
    ) -> Appointment:
        """Book a free time for the customer."""

    async def find_booking(self, *, slot_id: ShortText, customer_id: str, key: str) -> Appointment | None: ...

    @write(risk=Risk.MEDIUM, idempotency=Idempotency.STATE, read_back="find_rescheduling")
    async def reschedule(
        self, *, appointment_id: ShortText, slot_id: ShortText, customer_id: str, key: str
    ) -> Appointment:
        """Move the customer's appointment to another free time."""

    async def find_rescheduling(
        self, *, appointment_id: ShortText, slot_id: ShortText, customer_id: str, key: str
    ) -> Appointment | None: ...

    @write(risk=Risk.MEDIUM, idempotency=Idempotency.STATE, read_back="find_appointment_cancellation")
    async def cancel(self, *, appointment_id: ShortText, customer_id: str, key: str) -> Appointment:
        """Cancel the customer's appointment."""

    async def find_appointment_cancellation(
        self, *, appointment_id: ShortText, customer_id: str, key: str
    ) -> Appointment | None: ...
