"""The sample shop's orders: a scenario played out in rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from hybrid_agent_tools.embedded.sample.countries import SampleCountry
from hybrid_agent_tools.embedded.sample.goods import PRODUCTS, SCENARIOS, Product, Scenario
from hybrid_agent_tools.embedded.sample.people import Person
from hybrid_agent_tools.embedded.sample.rows import Build
from hybrid_agent_tools.embedded.shop import stamp
from hybrid_agent_tools.order_states import ShipmentStatus
from hybrid_agent_tools.values import Money

__all__ = ["add_order", "drawn_goods"]

SHIPPING_CENTS = 490
FREE_SHIPPING_CENTS = 10_000
RETURN_REASONS = (
    "it does not fit the room",
    "the colour is different",
    "it arrived damaged",
    "ordered twice",
)


@dataclass(frozen=True, slots=True)
class Line:
    """An order line before its row is written; the price is in the currency's smallest units."""

    line_id: str
    product: Product
    quantity: int
    price: int


def drawn_goods(build: Build, scenario: str) -> list[tuple[Product, int]]:
    """One to three articles with quantities; at least two where only a part is to be shipped or returned."""
    story = SCENARIOS[scenario]
    fewest = 2 if "part" in (story.shipped, story.returned) else 1
    chosen = build.draw.sample(PRODUCTS, build.draw.randint(fewest, 3))
    return [(product, build.draw.choice((1, 1, 1, 2))) for product in chosen]


def add_order(
    build: Build,
    number: str,
    person: Person,
    scenario: str,
    placed: datetime,
    goods: Sequence[tuple[Product, int]],
) -> None:
    """Write an order with its lines, parcels, returns and refunds."""
    story, country = SCENARIOS[scenario], person.country
    lines = [
        Line(f"{number}-{place}", product, quantity, _price(product.cents, country))
        for place, (product, quantity) in enumerate(goods, start=1)
    ]
    subtotal = sum(line.price * line.quantity for line in lines)
    free = subtotal >= _price(FREE_SHIPPING_CENTS, country)
    shipping = 0 if free else _price(SHIPPING_CENTS, country)
    discount = subtotal // 10 if person.plan == "pro" else 0
    build.add(
        "orders",
        number,
        person.customer_id,
        stamp(placed),
        country.currency,
        discount,
        shipping,
        story.payment,
        person.address.model_dump_json(),
        stamp(placed + timedelta(hours=5)) if story.cancelled else None,
        "changed my mind" if story.cancelled else None,
    )
    for line in lines:
        values = (line.product.title, line.quantity, line.price, int(line.product.returnable))
        build.add("order_lines", line.line_id, number, line.product.sku, *values)
    if story.shipped != "none":
        _add_parcel(build, number, story, country, placed, lines)
    if story.returned != "none":
        _add_return(build, number, story, placed, lines)
    if story.refunded != "none":
        amount = lines[0].price if story.refunded == "part" else subtotal - discount + shipping
        moment = placed + timedelta(hours=5) if story.cancelled else placed + timedelta(days=9)
        build.add("refunds", build.id("RF"), number, amount, "agreed with the customer", stamp(moment))


def _add_parcel(
    build: Build,
    number: str,
    story: Scenario,
    country: SampleCountry,
    placed: datetime,
    lines: Sequence[Line],
) -> None:
    sent, sent_at = _part(lines, story.shipped), placed + timedelta(hours=build.draw.randint(18, 30))
    arrived = story.parcel is ShipmentStatus.DELIVERED
    delivered = placed + timedelta(days=4, hours=build.draw.randint(-6, 6)) if arrived else None
    due = {
        ShipmentStatus.OUT_FOR_DELIVERY: build.now,
        ShipmentStatus.EXCEPTION: placed + timedelta(days=5),
        ShipmentStatus.DELIVERED: placed + timedelta(days=4),
    }.get(story.parcel, build.now + timedelta(days=2))
    tracking = build.digits(country.tracking)
    parcel_id = f"S-{number}"
    build.add(
        "shipments",
        parcel_id,
        number,
        story.parcel,
        country.carrier,
        tracking,
        f"https://track.example/{country.code.lower()}/{tracking}",
        None if story.parcel is ShipmentStatus.LABEL_CREATED else stamp(min(sent_at, build.now)),
        due.date().isoformat(),
        stamp(delivered) if delivered else None,
    )
    for line in sent:
        build.add("shipment_lines", parcel_id, line.line_id, line.quantity)


def _add_return(build: Build, number: str, story: Scenario, placed: datetime, lines: Sequence[Line]) -> None:
    return_id = build.id("RT")
    reason, moment = build.draw.choice(RETURN_REASONS), stamp(placed + timedelta(days=6))
    build.add("returns", return_id, number, story.return_status, reason, moment)
    for line in _part(lines, story.returned):
        build.add("return_lines", return_id, line.line_id, line.quantity)


def _part(lines: Sequence[Line], how_much: str) -> Sequence[Line]:
    return lines[:1] if how_much == "part" else lines


def _price(cents: int, country: SampleCountry) -> int:
    return Money.rounded(Decimal(cents).scaleb(-2) * country.per_euro, country.currency).minor
