"""The embedded shop as its users meet it: through the toolbox, on a real file."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from embedded_kit import ANNA, NOW, OLIVER, contents, fresh_shop, open_box, rows

from hybrid_agent_tools import (
    InvalidArguments,
    Money,
    NotFound,
    Rejected,
    Scope,
    Toolbox,
    ToolError,
    all_operations,
)

BERLIN = {"line1": "Gartenweg 3", "city": "Berlin", "postcode": "10117", "country": "DE"}
EURO = {"amount": "10.00", "currency": "EUR"}


@dataclass(frozen=True)
class Write:
    """A write that the sample shop allows, and other arguments for it."""

    operation: str
    arguments: dict[str, Any]
    others: dict[str, Any]


WRITES = (
    Write(
        "orders.update_address",
        {"order_number": "1001", "address": BERLIN},
        {"address": BERLIN | {"postcode": "10119"}},
    ),
    Write("orders.request_return", {"order_number": "1003", "reason": "too small"}, {"reason": "too big"}),
    Write("orders.cancel", {"order_number": "1001", "reason": "changed my mind"}, {"reason": "too late"}),
    Write(
        "orders.refund",
        {"order_number": "1003", "amount": EURO, "reason": "scratched"},
        {"amount": EURO | {"amount": "11"}},
    ),
    Write("customers.update_contact", {"phone": "+49 30 23125 999"}, {"phone": "+49 30 23125 998"}),
    Write("customers.close_account", {"reason": "moving"}, {"reason": "no need"}),
    Write("tickets.create", {"subject": "A crack", "body": "The pan has a crack."}, {"subject": "A dent"}),
    Write("tickets.add_public_note", {"ticket_id": "T-open", "body": "Thanks."}, {"body": "No thanks."}),
    Write("tickets.add_internal_note", {"ticket_id": "T-open", "body": "Knows us."}, {"body": "New."}),
    Write("tickets.set_status", {"ticket_id": "T-open", "status": "solved"}, {"status": "pending"}),
    Write(
        "identity.verify", {"order_number": "1003", "email": "anna.keller@example.com"}, {"order_number": "1"}
    ),
    Write("identity.send_code", {"email": "anna.keller@example.com"}, {"email": "b@example.com"}),
    Write("identity.check_code", {"challenge_id": "known", "code": "000000"}, {"code": "111111"}),
    Write("identity.start_password_reset", {"email": "anna.keller@example.com"}, {"email": "b@example.com"}),
    Write("calendar.book", {"slot_id": "SL-free"}, {"slot_id": "SL-other"}),
    Write("calendar.reschedule", {"appointment_id": "A-1", "slot_id": "SL-free"}, {"slot_id": "SL-other"}),
    Write("calendar.cancel", {"appointment_id": "A-1"}, {"appointment_id": "A-2"}),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The sample shop, with a ticket, free times and a code of known names, and Anna's orders settled."""
    path = fresh_shop(tmp_path)
    later = (NOW + timedelta(days=9)).isoformat(timespec="milliseconds")
    stamp = NOW.isoformat(timespec="milliseconds")
    rows(
        path, "INSERT INTO tickets VALUES ('T-open', ?, 'Hm', 'open', 'low', '[]', ?, ?)", ANNA, stamp, stamp
    )
    rows(path, "INSERT INTO challenges VALUES ('known', ?, 'x', ?, 3)", ANNA, later)
    slots = "INSERT INTO slots VALUES (?, 'Boot fitting', ?, ?, 'x'), (?, 'Boot fitting', ?, ?, 'x')"
    rows(path, slots, "SL-free", later, later, "SL-other", later, later)
    return path


@pytest.fixture
def box(path: Path) -> Toolbox:
    return open_box(path)


def deliver_everything(path: Path) -> None:
    rows(path, "UPDATE orders SET cancelled_at = placed_at WHERE customer_id = ?", ANNA)


def customer_of(write: Write) -> str | None:
    return ANNA if all_operations()[write.operation].scope is Scope.CUSTOMER else None


def test_every_declared_write_is_tried() -> None:
    """No write can be added without the promises below."""
    declared = {name for name, operation in all_operations().items() if operation.writes}
    assert {write.operation for write in WRITES} == declared


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.operation)
async def test_a_write_happens_once_and_can_be_read_back(write: Write, path: Path, box: Toolbox) -> None:
    """Read-back says no before, yes after; the same key changes nothing more, other arguments are refused."""
    if write.operation == "customers.close_account":
        deliver_everything(path)
    customer, bound = customer_of(write), {"customer_id": customer_of(write), "key": "once"}
    assert await box.read_back(write.operation, write.arguments, **bound) is None
    before = contents(path)
    result = await box.write(write.operation, write.arguments, **bound)
    after = contents(path)
    assert before != after
    assert await box.read_back(write.operation, write.arguments, **bound) == result
    assert await box.write(write.operation, write.arguments, **bound) == result
    with pytest.raises(Rejected, match="used before"):
        await box.write(write.operation, write.arguments | write.others, **bound)
    if customer:
        assert await box.read_back(write.operation, write.arguments, customer_id=OLIVER, key="once") is None
    assert contents(path) == after


RECORDS = ("order_number", "ticket_id", "appointment_id")
NAMING_A_RECORD = [
    (name, record)
    for name, operation in all_operations().items()
    for record in RECORDS
    if operation.scope is Scope.CUSTOMER and record in operation.arguments.model_fields
]


@pytest.mark.parametrize(("operation", "record"), NAMING_A_RECORD)
async def test_somebody_elses_record_reads_like_none_at_all(
    operation: str, record: str, path: Path, box: Toolbox
) -> None:
    """What is another customer's is refused in the same words as what does not exist, and stays as it is."""
    examples = {
        "order_number": "1003",
        "ticket_id": "T-open",
        "appointment_id": "A-1",
        "address": BERLIN,
        "amount": EURO,
        "reason": "x",
        "body": "x",
        "status": "solved",
        "slot_id": "SL-free",
    }
    names = all_operations()[operation].arguments.model_fields
    arguments = {name: examples[name] for name in names if name in examples}
    before, told = contents(path), []
    for value in (examples[record], "9999"):
        with pytest.raises(NotFound) as caught:
            await call(box, operation, arguments | {record: value}, OLIVER)
        told.append(str(caught.value).replace(str(value), "?"))
    assert told[0] == told[1]
    assert contents(path) == before


async def call(box: Toolbox, operation: str, arguments: dict[str, Any], customer_id: str) -> Any:
    if all_operations()[operation].writes:
        return await box.write(operation, arguments, customer_id=customer_id, key=f"{operation} {arguments}")
    return await box.read(operation, arguments, customer_id=customer_id)


@pytest.mark.parametrize("operation", ["tickets.create", "calendar.book", "customers.profile"])
async def test_an_unknown_customer_is_not_found(operation: str, box: Toolbox) -> None:
    """A customer that the shop does not know gets NotFound, not a broken record."""
    arguments = {
        "tickets.create": {"subject": "a", "body": "b"},
        "calendar.book": {"slot_id": "SL-free"},
        "customers.profile": {},
    }[operation]
    with pytest.raises(NotFound):
        await call(box, operation, arguments, "C-9999")


REFUSED = (
    ("orders.update_address", {"order_number": "1002", "address": BERLIN}, "is shipped"),
    (
        "orders.update_address",
        {"order_number": "1001", "address": BERLIN | {"country": "FR"}},
        "cannot be sent to FR",
    ),
    ("orders.cancel", {"order_number": "1002", "reason": "x"}, "can no longer be cancelled"),
    ("orders.request_return", {"order_number": "1004", "reason": "x"}, "window has passed"),
    ("orders.request_return", {"order_number": "1002", "reason": "x"}, "not been delivered"),
    (
        "orders.request_return",
        {"order_number": "1003", "reason": "x", "lines": [{"line_id": "1003-1", "quantity": 2}]},
        "as asked",
    ),
    ("orders.request_return", {"order_number": "1003", "reason": "x", "lines": []}, "as asked"),
    (
        "orders.refund",
        {"order_number": "1003", "amount": {"amount": "104.41", "currency": "EUR"}, "reason": "x"},
        "104.40 EUR can",
    ),
    (
        "orders.refund",
        {"order_number": "1003", "amount": {"amount": "1", "currency": "USD"}, "reason": "x"},
        "paid in EUR",
    ),
    ("customers.close_account", {"reason": "x"}, "orders under way: 1002, 1001|orders under way: 1001, 1002"),
    ("customers.update_contact", {"email": "OLIVER.hayes@example.com"}, "cannot be used"),
    ("calendar.book", {"slot_id": "SL-1"}, "is not free"),
    ("calendar.book", {"slot_id": "SL-none"}, "is not free"),
)


@pytest.mark.parametrize(("operation", "arguments", "why"), REFUSED, ids=lambda value: str(value)[:30])
async def test_the_shops_rules_hold(
    operation: str, arguments: dict[str, Any], why: str, path: Path, box: Toolbox
) -> None:
    """What a rule forbids is Rejected with the reason and an advice, and nothing is changed or recorded."""
    before = contents(path)
    with pytest.raises(Rejected, match=why) as caught:
        await box.write(operation, arguments, customer_id=ANNA, key="k")
    assert caught.value.advice.endswith(".")
    assert contents(path) == before


async def test_a_cancelled_order_pays_back_what_was_paid(box: Toolbox) -> None:
    """A cancellation refunds the whole payment, and what is cancelled cannot be cancelled again."""
    number = {"order_number": "1001"}
    done: Any = await box.write("orders.cancel", number | {"reason": "x"}, customer_id=ANNA, key="k")
    order: Any = await box.read("orders.get", number, customer_id=ANNA)
    quote: Any = await box.read("orders.quote_refund", number, customer_id=ANNA)
    assert done.refunded == order.total == order.refunded
    assert (order.status, order.payment, order.is_open) == ("cancelled", "refunded", False)
    assert quote.refundable == Money.of(0, "EUR")
    with pytest.raises(Rejected, match="cancelled already"):
        await box.write("orders.cancel", number | {"reason": "x"}, customer_id=ANNA, key="k2")


async def test_an_unpaid_order_is_voided_when_cancelled(path: Path, box: Toolbox) -> None:
    """No money moves when none was paid."""
    rows(path, "UPDATE orders SET payment = 'pending' WHERE number = '1001'")
    done: Any = await box.write(
        "orders.cancel", {"order_number": "1001", "reason": "x"}, customer_id=ANNA, key="k"
    )
    order: Any = await box.read("orders.get", {"order_number": "1001"}, customer_id=ANNA)
    assert (done.refunded, order.payment, order.refunded) == (None, "voided", Money.of(0, "EUR"))


async def test_refunds_add_up_to_the_payment(box: Toolbox) -> None:
    """Parts can be refunded until nothing is left, and the order's states follow."""
    number = {"order_number": "1003", "reason": "x"}
    await box.write("orders.refund", number | {"amount": EURO}, customer_id=ANNA, key="a")
    order: Any = await box.read("orders.get", {"order_number": "1003"}, customer_id=ANNA)
    assert (order.payment, order.status) == ("partly_refunded", "partly_refunded")
    quote: Any = await box.read("orders.quote_refund", {"order_number": "1003"}, customer_id=ANNA)
    assert quote.refundable + quote.refunded == quote.total
    await box.write("orders.refund", number | {"amount": quote.refundable}, customer_id=ANNA, key="b")
    order = await box.read("orders.get", {"order_number": "1003"}, customer_id=ANNA)
    assert (order.payment, order.status) == ("refunded", "refunded")
    with pytest.raises(Rejected, match="EUR cannot be refunded"):
        await box.write("orders.refund", number | {"amount": EURO}, customer_id=ANNA, key="c")


async def test_what_is_in_a_return_cannot_be_returned_again(box: Toolbox) -> None:
    """A return of one line leaves the other, and then nothing."""
    number = {"order_number": "1003", "reason": "x"}
    one = [{"line_id": "1003-1", "quantity": 1}]
    await box.write("orders.request_return", number | {"lines": one}, customer_id=ANNA, key="a")
    verdict: Any = await box.read("orders.check_return", {"order_number": "1003"}, customer_id=ANNA)
    assert [line.line_id for line in verdict.lines] == ["1003-2"]
    await box.write("orders.request_return", number, customer_id=ANNA, key="b")
    verdict = await box.read("orders.check_return", {"order_number": "1003"}, customer_id=ANNA)
    assert (verdict.eligible, verdict.reason) == (False, "nothing_left")


async def test_the_return_window_is_a_setting_and_includes_its_last_day(path: Path) -> None:
    """The deadline is the delivery's day plus the shop's setting; the day itself still counts."""
    verdict: Any = None
    for days, eligible in ((30, True), (31, False)):
        delivered = NOW - timedelta(days=6)
        box = open_box(path, now=delivered + timedelta(days=days))
        verdict = await box.read("orders.check_return", {"order_number": "1003"}, customer_id=ANNA)
        assert verdict.eligible is eligible
    rows(path, "UPDATE settings SET value = '60' WHERE name = 'return_window_days'")
    verdict = await box.read("orders.check_return", {"order_number": "1003"}, customer_id=ANNA)
    assert (verdict.eligible, verdict.window_days) == (True, 60)


async def test_tracking_tells_of_the_last_parcel(box: Toolbox) -> None:
    """A short answer about a parcel needs no list: carrier, number, link and date stand by themselves."""
    told: Any = await box.read("orders.track", {"order_number": "1002"}, customer_id=ANNA)
    parcel = told.shipments[-1]
    assert (told.parcel_status, told.carrier, told.estimated_delivery) == (
        "in_transit",
        "DHL",
        (NOW + timedelta(days=2)).date(),
    )
    assert (told.tracking_number, told.tracking_url) == (parcel.tracking_number, parcel.tracking_url)
    unsent: Any = await box.read("orders.track", {"order_number": "1001"}, customer_id=ANNA)
    assert (unsent.shipments, unsent.parcel_status) == ((), None)


async def test_orders_are_listed_newest_first_and_by_status(box: Toolbox) -> None:
    """A customer's list holds their orders only, newest first, and can be narrowed."""
    found: Any = await box.read("orders.find", {}, customer_id=ANNA)
    assert [order.number for order in found] == ["1001", "1002", "1003", "1004"]
    found = await box.read("orders.find", {"status": "delivered", "limit": 1}, customer_id=ANNA)
    assert [order.number for order in found] == ["1003"]


async def test_internal_notes_are_not_read(path: Path, box: Toolbox) -> None:
    """What agents write among themselves cannot reach the customer through a read."""
    ticket = {"ticket_id": "T-open"}
    await box.write("tickets.add_internal_note", ticket | {"body": "difficult"}, customer_id=ANNA, key="a")
    await box.write("tickets.add_public_note", ticket | {"body": "hello"}, customer_id=ANNA, key="b")
    read: Any = await box.read("tickets.get", ticket, customer_id=ANNA)
    assert [note.body for note in read.notes] == ["hello"]
    assert await box.read("tickets.search", {"text": "difficult"}, customer_id=ANNA) == []
    assert rows(path, "SELECT count(*) FROM notes WHERE body = 'difficult'") == [(1,)]


async def test_a_closed_ticket_stays_closed(box: Toolbox) -> None:
    """A closed ticket takes no notes; the customer gets a new one."""
    ticket = {"ticket_id": "T-open"}
    await box.write("tickets.set_status", ticket | {"status": "closed"}, customer_id=ANNA, key="a")
    with pytest.raises(Rejected, match="is closed"):
        await box.write("tickets.add_public_note", ticket | {"body": "x"}, customer_id=ANNA, key="b")


async def test_a_time_is_booked_by_one(box: Toolbox) -> None:
    """A booked time is free for nobody else until it is cancelled."""
    slot = {"slot_id": "SL-free"}
    booked: Any = await box.write("calendar.book", slot, customer_id=ANNA, key="a")
    with pytest.raises(Rejected, match="is not free"):
        await box.write("calendar.book", slot, customer_id=OLIVER, key="b")
    appointment = {"appointment_id": booked.appointment_id}
    await box.write("calendar.cancel", appointment, customer_id=ANNA, key="c")
    await box.write("calendar.book", slot, customer_id=OLIVER, key="d")


async def test_an_appointment_cannot_move_to_another_service_or_at_the_last_minute(path: Path) -> None:
    """An appointment keeps its service, and the shop's notice holds."""
    box = open_box(path)
    slots: Any = await box.read("calendar.slots", {"service": "tent advice"}, customer_id=None)
    move = {"appointment_id": "A-1", "slot_id": slots[0].slot_id}
    with pytest.raises(Rejected, match="is for Tent advice"):
        await box.write("calendar.reschedule", move, customer_id=ANNA, key="a")
    (own,) = await box.read("calendar.appointments", {}, customer_id=ANNA)
    late = open_box(path, now=own.starts_at - timedelta(hours=1))
    with pytest.raises(Rejected, match="less than 24 hours"):
        await late.write("calendar.cancel", {"appointment_id": "A-1"}, customer_id=ANNA, key="b")


async def test_free_times_are_in_the_future_and_in_order(box: Toolbox) -> None:
    """Nobody is offered a time that has passed or is taken."""
    slots: Any = await box.read("calendar.slots", {"limit": 100}, customer_id=None)
    starts = [slot.starts_at for slot in slots]
    assert starts == sorted(starts)
    assert starts[0] >= NOW
    (own,) = await box.read("calendar.appointments", {}, customer_id=ANNA)
    assert own.slot_id not in {slot.slot_id for slot in slots}


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [("identity.verify", {"order_number": "1001"}), ("customers.update_contact", {})],
)
async def test_arguments_that_do_not_suffice_are_refused(
    operation: str, arguments: dict[str, Any], path: Path, box: Toolbox
) -> None:
    """A check without proof or a change of nothing is not sent."""
    before = contents(path)
    with pytest.raises(InvalidArguments):
        await box.write(operation, arguments, customer_id=ANNA, key="k")
    assert contents(path) == before


async def test_a_malformed_rule_is_named(path: Path, box: Toolbox) -> None:
    """A broken setting stops the shop with a message that says which, instead of a guess."""
    rows(path, "UPDATE settings SET value = '-1' WHERE name = 'return_window_days'")
    with pytest.raises(ToolError, match="return_window_days"):
        await box.read("orders.check_return", {"order_number": "1003"}, customer_id=ANNA)


async def test_a_new_address_without_a_name_keeps_the_recipient(path: Path) -> None:
    """Who only says where an order should go does not take its recipient off the label."""
    box = open_box(path)
    new = {"line1": "Torstraße 5", "city": "Berlin", "postcode": "10119", "country": "DE"}
    arguments = {"order_number": "1001", "address": new}
    order: Any = await box.write("orders.update_address", arguments, customer_id=ANNA, key="k")
    assert (order.shipping_address.name, order.shipping_address.line1) == ("Anna Keller", "Torstraße 5")


@pytest.mark.parametrize("amount", ["0", "-1"])
async def test_a_refund_pays_something(box: Toolbox, amount: str) -> None:
    """A refund of nothing, or of less, is refused before it reaches the shop."""
    wanted = {"order_number": "1003", "amount": {"amount": amount, "currency": "EUR"}, "reason": "x"}
    with pytest.raises(InvalidArguments, match="above zero"):
        await box.write("orders.refund", wanted, customer_id=ANNA, key="k")
