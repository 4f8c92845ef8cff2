"""The records that the demo, the documentation and the tests call by name; everything else is drawn.

Customer C-1001 has one order for each thing that is asked most: 1001 not sent yet, 1002 on its way, 1003
delivered within the return window, 1004 delivered before it; and an appointment, A-1. Customer C-1002 is
somebody else: 1005 was partly returned and refunded in part, 1006 is cancelled.
"""

from dataclasses import dataclass

__all__ = ["KNOWN", "KnownCustomer", "KnownOrder"]


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order with a scenario of `goods.SCENARIOS`, placed so many days ago, and its articles."""

    scenario: str
    placed_days_ago: int
    skus: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer who is spelled out."""

    first_name: str
    last_name: str
    email: str
    country: str
    plan: str
    line1: str
    city: str
    postcode: str
    orders: tuple[KnownOrder, ...]


KNOWN = (
    KnownCustomer(
        "Anna",
        "Keller",
        "anna.keller@example.com",
        "DE",
        "plus",
        "Lindenstraße 12",
        "Berlin",
        "10115",
        (
            KnownOrder("unfulfilled", 1, ("LMP-01", "MUG-01")),
            KnownOrder("in_transit", 3, ("JKT-01",)),
            KnownOrder("delivered", 10, ("STV-01", "POT-01")),
            KnownOrder("delivered_long_ago", 90, ("MAT-01",)),
        ),
    ),
    KnownCustomer(
        "Oliver",
        "Hayes",
        "oliver.hayes@example.com",
        "US",
        "standard",
        "410 Maple Avenue",
        "Portland",
        "97201",
        (
            KnownOrder("partly_returned", 21, ("BAG-02", "TWL-01")),
            KnownOrder("cancelled", 30, ("TNT-01",)),
        ),
    ),
)
