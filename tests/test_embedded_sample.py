"""The generated sample shop."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from embedded_kit import ANNA, NOW, contents, fresh_shop, open_box, rows

from hybrid_agent_tools import Rejected
from hybrid_agent_tools.embedded.sample import create_sample_shop
from hybrid_agent_tools.embedded.sample.countries import COUNTRIES
from hybrid_agent_tools.order_states import Fulfillment, OrderStatus, Payment, Returns, ShipmentStatus


async def all_orders(path: Path) -> list[Any]:
    box, orders = open_box(path), []
    for (customer,) in rows(path, "SELECT id FROM customers"):
        orders += await box.read("orders.find", {"limit": 100}, customer_id=customer)
    return orders


def test_the_same_seed_and_moment_give_the_same_shop(tmp_path: Path) -> None:
    """A sample can be made again exactly, and another seed makes another."""
    first, again, other = tmp_path / "a.db", tmp_path / "b.db", tmp_path / "c.db"
    for path, seed in ((first, 7), (again, 7), (other, 8)):
        create_sample_shop(path, now=NOW, seed=seed)
    assert contents(first) == contents(again)
    assert contents(first) != contents(other)


def test_an_existing_file_is_not_overwritten_unasked(tmp_path: Path) -> None:
    """Somebody's shop is safe from the generator, and replaced whole when that is asked for."""
    path = fresh_shop(tmp_path)
    rows(path, "DELETE FROM refunds")
    with pytest.raises(Rejected, match="exists already"):
        create_sample_shop(path, now=NOW)
    assert rows(path, "SELECT count(*) FROM refunds") == [(0,)]
    create_sample_shop(path, now=NOW, overwrite=True)
    assert rows(path, "SELECT count(*) > 0 FROM refunds") == [(1,)]
    assert [each.name for each in tmp_path.iterdir()] == ["shop.db"]


async def test_every_state_of_an_order_occurs(tmp_path: Path) -> None:
    """600 orders of 200 customers show every status, payment, fulfilment, return and parcel state."""
    path = fresh_shop(tmp_path)
    orders = await all_orders(path)
    assert (len(orders), rows(path, "SELECT count(*) FROM customers")) == (600, [(200,)])
    assert {order.status for order in orders} == set(OrderStatus)
    assert {order.fulfillment for order in orders} == set(Fulfillment)
    assert {order.payment for order in orders} == set(Payment)
    assert {order.returns for order in orders} == set(Returns)
    parcels = [parcel for order in orders for parcel in order.shipments]
    assert {parcel.status for parcel in parcels} == set(ShipmentStatus)


async def test_the_sample_is_consistent(tmp_path: Path) -> None:
    """Currencies follow countries, nothing happened in the future, and no refund exceeds its order."""
    for order in await all_orders(fresh_shop(tmp_path)):
        assert order.total.currency == COUNTRIES[order.shipping_address.country].currency
        assert order.placed_at <= NOW
        assert order.refunded <= order.total
        for parcel in order.shipments:
            assert parcel.shipped_at is None or order.placed_at <= parcel.shipped_at <= NOW
            assert parcel.delivered_at is None or parcel.shipped_at < parcel.delivered_at <= NOW
            late = parcel.status in (ShipmentStatus.EXCEPTION, ShipmentStatus.DELIVERED)
            assert late or parcel.estimated_delivery >= NOW.date()


def test_history_lies_in_the_past_and_free_times_ahead(tmp_path: Path) -> None:
    """Tickets have notes that were written before now; there are times to book; no closed account waits."""
    path, stamp = fresh_shop(tmp_path), NOW.isoformat(timespec="milliseconds")
    assert rows(path, "SELECT count(*) FROM notes WHERE created_at > ?", stamp) == [(0,)]
    assert rows(path, "SELECT count(*) > 100 FROM tickets WHERE id IN (SELECT ticket_id FROM notes)") == [
        (1,)
    ]
    assert rows(path, "SELECT count(*) > 20 FROM free_slots WHERE starts_at > ?", stamp) == [(1,)]
    statuses = {status for (status,) in rows(path, "SELECT status FROM customers")}
    assert statuses == {"active", "suspended", "closed"}
    assert rows(path, "PRAGMA foreign_key_check") == []


@pytest.mark.parametrize("days", [0, 40, 200])
async def test_the_known_orders_are_always_in_their_state(days: int, tmp_path: Path) -> None:
    """Whenever the shop is created, what the demo and the documentation rely on is there."""
    moment = NOW + timedelta(days=days, hours=days % 24)
    box = open_box(create_sample_shop(tmp_path / "shop.db", now=moment), now=moment)
    found: Any = await box.read("orders.find", {}, customer_id=ANNA)
    assert [(order.number, order.status.value) for order in found] == [
        ("1001", "unfulfilled"),
        ("1002", "shipped"),
        ("1003", "delivered"),
        ("1004", "delivered"),
    ]
    verdicts = [
        await box.read("orders.check_return", {"order_number": number}, customer_id=ANNA)
        for number in ("1003", "1004")
    ]
    assert [verdict.eligible for verdict in verdicts] == [True, False]
    (appointment,) = await box.read("calendar.appointments", {}, customer_id=ANNA)
    assert appointment.starts_at >= moment + timedelta(days=2)
