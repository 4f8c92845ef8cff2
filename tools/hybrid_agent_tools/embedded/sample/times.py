"""The sample shop's bookable times and appointments, on working days from 9 to 17 h UTC."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hybrid_agent_tools.calendar import AppointmentStatus
from hybrid_agent_tools.embedded.sample.goods import SERVICES
from hybrid_agent_tools.embedded.sample.people import Person
from hybrid_agent_tools.embedded.sample.rows import Build
from hybrid_agent_tools.embedded.shop import stamp

__all__ = ["add_times"]

DAYS_BACK, DAYS_AHEAD = 14, 21
HOURS = range(9, 17)
MINUTES = 45


def add_times(build: Build, people: Sequence[Person], count: int) -> None:
    """Write all slots, then appointments: the first for the first customer, two days ahead or later."""
    slots = _add_slots(build)
    ahead = next(slot_id for slot_id, start in slots if start >= build.now + timedelta(days=2))
    _add_appointment(build, people[0], ahead, AppointmentStatus.BOOKED)
    others = [slot for slot in slots if slot[0] != ahead]
    for slot_id, _ in build.draw.sample(others, count - 1):
        status = AppointmentStatus.CANCELLED if build.draw.random() < 0.1 else AppointmentStatus.BOOKED
        _add_appointment(build, build.draw.choice(people), slot_id, status)


def _add_slots(build: Build) -> list[tuple[str, datetime]]:
    midnight = build.now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight + timedelta(days=offset) for offset in range(-DAYS_BACK, DAYS_AHEAD + 1)]
    slots = []
    for start in (day + timedelta(hours=hour) for day in days if day.weekday() < 5 for hour in HOURS):
        service, place = SERVICES[start.hour % len(SERVICES)]
        slot_id = build.id("SL")
        build.add("slots", slot_id, service, stamp(start), stamp(start + timedelta(minutes=MINUTES)), place)
        slots.append((slot_id, start))
    return slots


def _add_appointment(build: Build, person: Person, slot_id: str, status: AppointmentStatus) -> None:
    build.add("appointments", build.id("A"), person.customer_id, slot_id, status, None)
