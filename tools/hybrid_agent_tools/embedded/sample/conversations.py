"""The sample shop's tickets with their history."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from hybrid_agent_tools.embedded.sample.people import Person
from hybrid_agent_tools.embedded.sample.rows import Build
from hybrid_agent_tools.embedded.shop import stamp
from hybrid_agent_tools.tickets import Priority, TicketStatus

__all__ = ["add_tickets"]

# Subject, tag, and what was said in turn: the customer, an agent, the customer, ...
TALKS = (
    (
        "Where is order {number}?",
        "delivery",
        (
            "The tracking page has not moved for two days. Is order {number} lost?",
            "The parcel is at the sorting centre. The carrier expects to deliver it this week.",
            "Thank you, that helps.",
        ),
    ),
    (
        "Damaged on arrival",
        "damage",
        (
            "One part of order {number} arrived with a crack.",
            "I am sorry about that. Please send us a photo and we will replace it.",
            "The photo is attached.",
            "The replacement leaves the warehouse tomorrow.",
        ),
    ),
    (
        "Invoice for {number}",
        "invoice",
        ("I need an invoice with our company's name.", "The new invoice is in your account."),
    ),
    (
        "Return of {number}",
        "return",
        ("How do I send order {number} back?", "A label is in your mail. It is valid for two weeks."),
    ),
    ("A question about care", "product", ("Can the fleece jacket go into the tumble dryer?",)),
    (
        "Delivery on a Saturday",
        "delivery",
        ("Can order {number} come on a Saturday?", "The carrier lets you choose the day on its page."),
    ),
)
INTERNAL = "The customer has written before about the same matter; the warehouse knows."
FINISHED = (TicketStatus.SOLVED, TicketStatus.CLOSED)


def add_tickets(build: Build, count: int, orders: Mapping[Person, Sequence[str]]) -> None:
    """Write tickets of customers who have ordered, each about one of their orders."""
    customers = [person for person, numbers in orders.items() if numbers]
    for _ in range(count):
        person = build.draw.choice(customers)
        _add_ticket(build, person, build.draw.choice(list(orders[person])))


def _add_ticket(build: Build, person: Person, number: str) -> None:
    draw, ticket_id = build.draw, build.id("T")
    subject, tag, turns = draw.choice(TALKS)
    status = draw.choice(tuple(TicketStatus)) if len(turns) > 1 else TicketStatus.NEW
    opened = build.ago(days=draw.randint(15, 300) if status in FINISHED else draw.randint(2, 9))
    moments = [opened + timedelta(hours=7 * place) for place in range(len(turns))]
    build.add(
        "tickets",
        ticket_id,
        person.customer_id,
        subject.format(number=number),
        status,
        draw.choice(tuple(Priority)),
        json.dumps([tag]),
        stamp(opened),
        stamp(moments[-1]),
    )
    for place, (turn, moment) in enumerate(zip(turns, moments, strict=True)):
        author = "agent" if place % 2 else "customer"
        build.add("notes", build.id("N"), ticket_id, author, 1, turn.format(number=number), stamp(moment))
    if draw.random() < 0.3:
        build.add("notes", build.id("N"), ticket_id, "agent", 0, INTERNAL, stamp(moments[-1]))
