"""The port to appointments, on the embedded shop."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Row

from hybrid_agent_tools.calendar import Appointment, AppointmentStatus, Slot
from hybrid_agent_tools.embedded.refusals import not_found, rejected
from hybrid_agent_tools.embedded.rules import load_rules
from hybrid_agent_tools.embedded.shop import Call, Session, Shop, next_id, stamp

__all__ = ["EmbeddedCalendar"]


@dataclass(frozen=True, slots=True)
class EmbeddedCalendar:
    """`Calendar` on SQLite."""

    shop: Shop

    async def slots(
        self,
        *,
        service: str | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
        limit: int = 10,
    ) -> list[Slot]:
        def look(session: Session) -> list[Slot]:
            since = max(session.now, after) if after else session.now
            until = stamp(before) if before else None
            rows = session.all(
                "SELECT * FROM free_slots WHERE starts_at >= ? AND (? IS NULL OR starts_at < ?) "
                "AND (? IS NULL OR lower(service) = lower(?)) ORDER BY starts_at, id LIMIT ?",
                stamp(since),
                until,
                until,
                service,
                service,
                limit,
            )
            return [_slot(row) for row in rows]

        return await self.shop.read(look)

    async def appointments(
        self, *, include_past: bool = False, limit: int = 20, customer_id: str
    ) -> list[Appointment]:
        def look(session: Session) -> list[Appointment]:
            since = "" if include_past else stamp(session.now)
            rows = session.all(
                "SELECT * FROM timed_appointments WHERE customer_id = ? AND ends_at >= ? "
                "ORDER BY starts_at LIMIT ?",
                customer_id,
                since,
                limit,
            )
            return [_appointment(row) for row in rows]

        return await self.shop.read(look)

    async def book(self, *, slot_id: str, note: str | None = None, customer_id: str, key: str) -> Appointment:
        return await self.shop.write(
            Call("calendar.book", key, customer_id, {"slot_id": slot_id, "note": note}),
            Appointment,
            lambda session: _book(session, slot_id, note, customer_id),
        )

    async def find_booking(self, *, slot_id: str, customer_id: str, key: str) -> Appointment | None:
        return await self.shop.written("calendar.book", Appointment, customer_id=customer_id, key=key)

    async def reschedule(
        self, *, appointment_id: str, slot_id: str, customer_id: str, key: str
    ) -> Appointment:
        return await self.shop.write(
            Call(
                "calendar.reschedule",
                key,
                customer_id,
                {"appointment_id": appointment_id, "slot_id": slot_id},
            ),
            Appointment,
            lambda session: _reschedule(session, appointment_id, slot_id, customer_id),
        )

    async def find_rescheduling(
        self, *, appointment_id: str, slot_id: str, customer_id: str, key: str
    ) -> Appointment | None:
        return await self.shop.written("calendar.reschedule", Appointment, customer_id=customer_id, key=key)

    async def cancel(self, *, appointment_id: str, customer_id: str, key: str) -> Appointment:
        return await self.shop.write(
            Call("calendar.cancel", key, customer_id, {"appointment_id": appointment_id}),
            Appointment,
            lambda session: _cancel(session, appointment_id, customer_id),
        )

    async def find_appointment_cancellation(
        self, *, appointment_id: str, customer_id: str, key: str
    ) -> Appointment | None:
        return await self.shop.written("calendar.cancel", Appointment, customer_id=customer_id, key=key)


def _slot(row: Row) -> Slot:
    return Slot(
        slot_id=row["id"],
        service=row["service"],
        starts_at=datetime.fromisoformat(row["starts_at"]),
        ends_at=datetime.fromisoformat(row["ends_at"]),
        location=row["location"],
    )


def _appointment(row: Row) -> Appointment:
    return Appointment(
        appointment_id=row["id"],
        customer_id=row["customer_id"],
        status=AppointmentStatus(row["status"]),
        slot_id=row["slot_id"],
        service=row["service"],
        starts_at=datetime.fromisoformat(row["starts_at"]),
        ends_at=datetime.fromisoformat(row["ends_at"]),
        location=row["location"],
        note=row["note"],
    )


def _own(session: Session, appointment_id: str, customer_id: str) -> Appointment:
    row = session.one(
        "SELECT * FROM timed_appointments WHERE id = ? AND customer_id = ?", appointment_id, customer_id
    )
    if row is None:
        raise not_found("appointment", appointment_id)
    return _appointment(row)


def _free_slot(session: Session, slot_id: str) -> Slot:
    row = session.one("SELECT * FROM free_slots WHERE id = ? AND starts_at > ?", slot_id, stamp(session.now))
    if row is None:
        raise rejected(f"the time {slot_id} is not free.", slot_id, "List the free times and offer another.")
    return _slot(row)


def _changeable(session: Session, appointment_id: str, customer_id: str) -> Appointment:
    appointment, hours = (
        _own(session, appointment_id, customer_id),
        load_rules(session).appointment_notice_hours,
    )
    if appointment.status is AppointmentStatus.CANCELLED:
        raise rejected(f"appointment {appointment_id} is cancelled.", appointment_id, "Book a new one.")
    if appointment.starts_at - session.now < timedelta(hours=hours):
        raise rejected(
            f"appointment {appointment_id} starts in less than {hours} hours and can no longer be changed.",
            appointment_id,
            "Hand over to a person.",
        )
    return appointment


def _book(session: Session, slot_id: str, note: str | None, customer_id: str) -> Appointment:
    if session.one("SELECT 1 FROM customers WHERE id = ?", customer_id) is None:
        raise not_found("account", customer_id)
    slot, appointment_id = _free_slot(session, slot_id), next_id(session, "A")
    values = (appointment_id, customer_id, slot.slot_id, AppointmentStatus.BOOKED, note)
    session.run("INSERT INTO appointments VALUES (?, ?, ?, ?, ?)", *values)
    return _own(session, appointment_id, customer_id)


def _reschedule(session: Session, appointment_id: str, slot_id: str, customer_id: str) -> Appointment:
    appointment, slot = _changeable(session, appointment_id, customer_id), _free_slot(session, slot_id)
    if slot.service != appointment.service:
        raise rejected(
            f"the time {slot_id} is for {slot.service}, the appointment for {appointment.service}.",
            slot_id,
            "Offer a free time of the same service.",
        )
    session.run("UPDATE appointments SET slot_id = ? WHERE id = ?", slot_id, appointment_id)
    return _own(session, appointment_id, customer_id)


def _cancel(session: Session, appointment_id: str, customer_id: str) -> Appointment:
    _changeable(session, appointment_id, customer_id)
    session.run(
        "UPDATE appointments SET status = ? WHERE id = ?", AppointmentStatus.CANCELLED, appointment_id
    )
    return _own(session, appointment_id, customer_id)
