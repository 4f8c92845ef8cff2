"""Orders as the database holds them: rows in, one Order out. States are derived, never stored."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from sqlite3 import Row

from hybrid_agent_tools.embedded.refusals import not_found
from hybrid_agent_tools.embedded.shop import Session
from hybrid_agent_tools.order_states import Fulfillment, Payment, Returns, ReturnStatus, ShipmentStatus
from hybrid_agent_tools.orders import LineQuantity, Order, OrderLine, Shipment
from hybrid_agent_tools.values import Address, Money

__all__ = ["claimed_quantities", "load_order", "load_orders"]


def load_order(session: Session, number: str, customer_id: str) -> Order:
    """The customer's order; NotFound for none and for somebody else's."""
    row = session.one("SELECT * FROM orders WHERE number = ? AND customer_id = ?", number, customer_id)
    if row is None:
        raise not_found("order", number)
    return _order(session, row)


def load_orders(session: Session, customer_id: str) -> list[Order]:
    """All of the customer's orders, newest first."""
    rows = session.all("SELECT * FROM orders WHERE customer_id = ? ORDER BY placed_at DESC", customer_id)
    return [_order(session, row) for row in rows]


def claimed_quantities(session: Session, number: str, *statuses: ReturnStatus) -> Counter[str]:
    """How many of each line are part of a return in one of these statuses."""
    rows = session.all(
        "SELECT line_id, sum(quantity) AS quantity FROM return_lines JOIN returns ON returns.id = return_id "
        "WHERE order_number = ? AND status IN (SELECT value FROM json_each(?)) GROUP BY line_id",
        number,
        json.dumps(statuses),
    )
    return Counter({row["line_id"]: row["quantity"] for row in rows})


def _order(session: Session, row: Row) -> Order:
    number, currency = row["number"], row["currency"]
    back = claimed_quantities(session, number, ReturnStatus.RECEIVED)
    asked = claimed_quantities(session, number, ReturnStatus.REQUESTED, ReturnStatus.APPROVED)
    lines = _lines(session, number, currency, back)
    shipments = _shipments(session, number)
    subtotal = Money.total((line.total for line in lines), currency)
    discount = Money.from_minor(row["discount"], currency)
    shipping = Money.from_minor(row["shipping_cost"], currency)
    total = subtotal - discount + shipping
    refunded = _refunded(session, number, currency)
    return Order(
        order_id=number,
        number=number,
        customer_id=row["customer_id"],
        placed_at=row["placed_at"],
        lines=lines,
        subtotal=subtotal,
        discount=discount,
        shipping_cost=shipping,
        total=total,
        refunded=refunded,
        payment=_payment(Payment(row["payment"]), total, refunded),
        fulfillment=_fulfillment(lines, shipments),
        returns=_returns(lines, back, asked),
        shipments=shipments,
        shipping_address=Address.model_validate_json(row["address"]),
        cancelled_at=row["cancelled_at"],
    )


def _lines(session: Session, number: str, currency: str, back: Mapping[str, int]) -> tuple[OrderLine, ...]:
    rows = session.all("SELECT * FROM order_lines WHERE order_number = ? ORDER BY id", number)
    return tuple(
        OrderLine(
            line_id=row["id"],
            sku=row["sku"],
            title=row["title"],
            quantity=row["quantity"],
            unit_price=Money.from_minor(row["unit_price"], currency),
            total=Money.from_minor(row["unit_price"] * row["quantity"], currency),
            returned=back.get(row["id"], 0),
            returnable=bool(row["returnable"]),
        )
        for row in rows
    )


def _shipments(session: Session, number: str) -> tuple[Shipment, ...]:
    rows = session.all("SELECT * FROM shipments WHERE order_number = ? ORDER BY shipped_at, id", number)
    return tuple(
        Shipment(
            shipment_id=row["id"],
            status=ShipmentStatus(row["status"]),
            lines=_shipped_lines(session, row["id"]),
            carrier=row["carrier"],
            tracking_number=row["tracking_number"],
            tracking_url=row["tracking_url"],
            shipped_at=_moment(row["shipped_at"]),
            estimated_delivery=row["estimated_delivery"] and date.fromisoformat(row["estimated_delivery"]),
            delivered_at=_moment(row["delivered_at"]),
        )
        for row in rows
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _shipped_lines(session: Session, shipment_id: str) -> tuple[LineQuantity, ...]:
    rows = session.all("SELECT line_id, quantity FROM shipment_lines WHERE shipment_id = ?", shipment_id)
    return tuple(LineQuantity(line_id=row["line_id"], quantity=row["quantity"]) for row in rows)


def _refunded(session: Session, number: str, currency: str) -> Money:
    row = session.one("SELECT coalesce(sum(amount), 0) AS amount FROM refunds WHERE order_number = ?", number)
    return Money.from_minor(row["amount"] if row else 0, currency)


def _payment(stored: Payment, total: Money, refunded: Money) -> Payment:
    if not refunded.amount:
        return stored
    return Payment.REFUNDED if refunded >= total else Payment.PARTLY_REFUNDED


def _fulfillment(lines: Sequence[OrderLine], shipments: Sequence[Shipment]) -> Fulfillment:
    sent = sum(part.quantity for shipment in shipments for part in shipment.lines)
    if not sent:
        return Fulfillment.UNFULFILLED
    if sent < sum(line.quantity for line in lines):
        return Fulfillment.PARTLY_SHIPPED
    arrived = all(shipment.status is ShipmentStatus.DELIVERED for shipment in shipments)
    return Fulfillment.DELIVERED if arrived else Fulfillment.SHIPPED


def _returns(lines: Sequence[OrderLine], back: Counter[str], asked: Counter[str]) -> Returns:
    if back:
        everything = back.total() >= sum(line.quantity for line in lines)
        return Returns.RETURNED if everything else Returns.PARTLY_RETURNED
    return Returns.REQUESTED if asked else Returns.NONE
