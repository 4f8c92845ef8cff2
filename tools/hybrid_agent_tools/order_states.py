"""The states an order can be in, each axis by itself, and the one word that sums them up."""

from enum import StrEnum

__all__ = [
    "Fulfillment",
    "OrderStatus",
    "Payment",
    "ReturnStatus",
    "ReturnVerdict",
    "Returns",
    "ShipmentStatus",
    "order_status",
]


class Fulfillment(StrEnum):
    """How far the goods have come."""

    UNFULFILLED = "unfulfilled"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    DELIVERED = "delivered"


class Payment(StrEnum):
    """Where the money is."""

    PENDING = "pending"
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"


class Returns(StrEnum):
    """How much has come back."""

    NONE = "none"
    REQUESTED = "requested"
    PARTLY_RETURNED = "partly_returned"
    RETURNED = "returned"


class ReturnStatus(StrEnum):
    """How far one return has come."""

    REQUESTED = "requested"
    APPROVED = "approved"
    RECEIVED = "received"
    DECLINED = "declined"


class ReturnVerdict(StrEnum):
    """Why an order may or may not be returned."""

    WITHIN_WINDOW = "within_window"
    WINDOW_PASSED = "window_passed"
    NOT_DELIVERED = "not_delivered"
    NOTHING_LEFT = "nothing_left"
    NOT_RETURNABLE = "not_returnable"
    CANCELLED = "cancelled"


class ShipmentStatus(StrEnum):
    """Where one parcel is."""

    LABEL_CREATED = "label_created"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    EXCEPTION = "exception"


class OrderStatus(StrEnum):
    """The one word for where an order stands."""

    UNFULFILLED = "unfulfilled"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    PARTLY_RETURNED = "partly_returned"
    RETURNED = "returned"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


def order_status(
    cancelled: bool, payment: Payment, returns: Returns, fulfillment: Fulfillment
) -> OrderStatus:
    """The last thing that matters to the customer: cancellation, then money, then returns, then the parcels.

    A part refund says nothing about goods that are still on their way, so it counts only after delivery.
    """
    if cancelled:
        return OrderStatus.CANCELLED
    if payment is Payment.REFUNDED:
        return OrderStatus.REFUNDED
    if returns in (Returns.RETURNED, Returns.PARTLY_RETURNED):
        return OrderStatus(returns.value)
    if payment is Payment.PARTLY_REFUNDED and fulfillment is Fulfillment.DELIVERED:
        return OrderStatus.PARTLY_REFUNDED
    return OrderStatus(fulfillment.value)
