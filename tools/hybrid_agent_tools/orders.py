"""The port to a shop's orders."""

from datetime import date
from typing import Annotated, Protocol

from pydantic import BeforeValidator, Field, PositiveInt, computed_field

from hybrid_agent_tools.operation import Idempotency, Risk, port, read, write
from hybrid_agent_tools.order_states import (
    Fulfillment,
    OrderStatus,
    Payment,
    Returns,
    ReturnStatus,
    ReturnVerdict,
    ShipmentStatus,
    order_status,
)
from hybrid_agent_tools.values import (
    Address,
    Money,
    Personal,
    PositiveMoney,
    Record,
    ShortText,
    Timestamp,
    Value,
)

__all__ = [
    "Cancellation",
    "LineQuantity",
    "Order",
    "OrderLine",
    "OrderNumber",
    "OrderSystem",
    "Refund",
    "RefundQuote",
    "RefundableLine",
    "Return",
    "ReturnEligibility",
    "Shipment",
    "Tracking",
]


def _bare_number(value: object) -> object:
    return value.strip().removeprefix("#").strip() if isinstance(value, str) else value


OrderNumber = Annotated[
    str,
    BeforeValidator(_bare_number),
    Field(min_length=1, max_length=64, description="The order's number as the customer sees it, without '#'"),
]


class OrderLine(Record):
    """One article of an order, with how much of it came back."""

    line_id: str
    sku: str | None = None
    title: str
    quantity: PositiveInt
    unit_price: Money
    total: Money
    returned: int = 0
    returnable: bool = True


class LineQuantity(Value):
    """Some or all of one order line."""

    line_id: ShortText
    quantity: PositiveInt


class Shipment(Record):
    """One parcel on its way."""

    shipment_id: str
    status: ShipmentStatus
    lines: tuple[LineQuantity, ...] = ()
    carrier: str | None = None
    tracking_number: str | None = None
    tracking_url: Annotated[str | None, Personal.LINK] = None
    shipped_at: Timestamp | None = None
    estimated_delivery: date | None = None
    delivered_at: Timestamp | None = None


class Order(Record):
    """An order with everything that has happened to it."""

    order_id: str
    number: str
    customer_id: str
    placed_at: Timestamp
    lines: tuple[OrderLine, ...]
    subtotal: Money
    discount: Money | None = None
    shipping_cost: Money | None = None
    tax: Money | None = None
    total: Money
    refunded: Money
    payment: Payment
    fulfillment: Fulfillment
    returns: Returns = Returns.NONE
    shipments: tuple[Shipment, ...] = ()
    shipping_address: Address | None = None
    cancelled_at: Timestamp | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def status(self) -> OrderStatus:
        """The one word for where the order stands."""
        return order_status(self.cancelled_at is not None, self.payment, self.returns, self.fulfillment)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def is_open(self) -> bool:
        """Whether something is still to arrive."""
        return self.status in (OrderStatus.UNFULFILLED, OrderStatus.PARTLY_SHIPPED, OrderStatus.SHIPPED)


class Tracking(Record):
    """Where an order's parcels are; what follows `shipments` tells of the last one, for a short answer."""

    order_number: str
    customer_id: str
    fulfillment: Fulfillment
    shipments: tuple[Shipment, ...] = ()
    parcel_status: ShipmentStatus | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    tracking_url: Annotated[str | None, Personal.LINK] = None
    estimated_delivery: date | None = None
    delivered_at: Timestamp | None = None


class ReturnEligibility(Record):
    """Whether an order may come back, and until when."""

    order_number: str
    customer_id: str
    reason: ReturnVerdict
    window_days: int | None = None
    delivered_on: date | None = None
    deadline: date | None = None
    lines: tuple[LineQuantity, ...] = ()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def eligible(self) -> bool:
        return self.reason is ReturnVerdict.WITHIN_WINDOW


class RefundableLine(Record):
    """What is left of an order line that could be paid back."""

    line_id: str
    title: str
    quantity: int
    amount: Money


class RefundQuote(Record):
    """How much of an order could be paid back now, and how much was already."""

    order_number: str
    customer_id: str
    refundable: Money
    refunded: Money
    total: Money
    lines: tuple[RefundableLine, ...] = ()


class Return(Record):
    """A return that was asked for; a person or the warehouse moves it on."""

    return_id: str
    order_number: str
    customer_id: str
    status: ReturnStatus
    created_at: Timestamp
    reason: str | None = None
    lines: tuple[LineQuantity, ...] = ()


class Refund(Record):
    """Money that goes back to the customer by the way it was paid."""

    refund_id: str
    order_number: str
    customer_id: str
    amount: Money
    created_at: Timestamp
    reason: str | None = None


class Cancellation(Record):
    """A cancelled order; `refunded` is None where nothing was paid or the system does not say."""

    order_number: str
    customer_id: str
    cancelled_at: Timestamp
    refunded: Money | None = None


@port("orders")
class OrderSystem(Protocol):
    """A shop's orders. Every method sees the given customer's orders only; others are NotFound."""

    @read()
    async def get(self, *, order_number: OrderNumber, customer_id: str) -> Order:
        """Look up one order with its lines, totals, payment, fulfilment, parcels and returns."""

    @read()
    async def find(
        self,
        *,
        status: OrderStatus | None = None,
        limit: Annotated[int, Field(ge=1, le=100)] = 20,
        customer_id: str,
    ) -> list[Order]:
        """List the customer's orders, newest first."""

    @read()
    async def track(self, *, order_number: OrderNumber, customer_id: str) -> Tracking:
        """Say where an order's parcels are and when they should arrive."""

    @read()
    async def check_return(self, *, order_number: OrderNumber, customer_id: str) -> ReturnEligibility:
        """Say whether an order may be returned, why or why not, and until when."""

    @read()
    async def quote_refund(self, *, order_number: OrderNumber, customer_id: str) -> RefundQuote:
        """Say how much of an order could be refunded now."""

    @write(risk=Risk.MEDIUM, idempotency=Idempotency.STATE, read_back="find_address_update")
    async def update_address(
        self, *, order_number: OrderNumber, address: Address, customer_id: str, key: str
    ) -> Order:
        """Change where an order goes that has not been sent; the recipient stays unless one is given."""

    async def find_address_update(
        self, *, order_number: OrderNumber, address: Address, customer_id: str, key: str
    ) -> Order | None: ...

    @write(risk=Risk.MEDIUM, idempotency=Idempotency.KEY, read_back="find_return")
    async def request_return(
        self,
        *,
        order_number: OrderNumber,
        reason: ShortText,
        lines: tuple[LineQuantity, ...] | None = None,
        customer_id: str,
        key: str,
    ) -> Return:
        """Ask for a return of an order, or of some of its lines."""

    async def find_return(
        self, *, order_number: OrderNumber, customer_id: str, key: str
    ) -> Return | None: ...

    # High: the cancellation of a paid order also pays its money back, and neither can be undone.
    @write(risk=Risk.HIGH, idempotency=Idempotency.STATE, read_back="find_cancellation")
    async def cancel(
        self, *, order_number: OrderNumber, reason: ShortText, customer_id: str, key: str
    ) -> Cancellation:
        """Cancel an order that has not been sent and pay back what was paid."""

    async def find_cancellation(
        self, *, order_number: OrderNumber, customer_id: str, key: str
    ) -> Cancellation | None: ...

    @write(risk=Risk.HIGH, idempotency=Idempotency.KEY, read_back="find_refund")
    async def refund(
        self,
        *,
        order_number: OrderNumber,
        amount: PositiveMoney,
        reason: ShortText,
        customer_id: str,
        key: str,
    ) -> Refund:
        """Pay back an amount of an order by the way it was paid."""

    async def find_refund(
        self, *, order_number: OrderNumber, amount: PositiveMoney, customer_id: str, key: str
    ) -> Refund | None: ...
