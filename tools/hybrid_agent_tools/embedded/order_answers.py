"""What the shop says about an order: tracking, whether it may come back, what could be refunded."""

from datetime import timedelta

from hybrid_agent_tools.embedded.order_store import claimed_quantities
from hybrid_agent_tools.embedded.rules import ShopRules
from hybrid_agent_tools.embedded.shop import Session
from hybrid_agent_tools.order_states import Fulfillment, ReturnStatus, ReturnVerdict
from hybrid_agent_tools.orders import (
    LineQuantity,
    Order,
    RefundableLine,
    RefundQuote,
    ReturnEligibility,
    Tracking,
)
from hybrid_agent_tools.values import Money

__all__ = ["eligibility", "quote", "tracking"]

_CLAIMED = (ReturnStatus.REQUESTED, ReturnStatus.APPROVED, ReturnStatus.RECEIVED)


def tracking(order: Order) -> Tracking:
    """The parcels, and the last one's details for a short answer."""
    last = order.shipments[-1] if order.shipments else None
    return Tracking(
        order_number=order.number,
        customer_id=order.customer_id,
        fulfillment=order.fulfillment,
        shipments=order.shipments,
        parcel_status=last and last.status,
        carrier=last and last.carrier,
        tracking_number=last and last.tracking_number,
        tracking_url=last and last.tracking_url,
        estimated_delivery=last and last.estimated_delivery,
        delivered_at=last and last.delivered_at,
    )


def eligibility(session: Session, order: Order, rules: ShopRules) -> ReturnEligibility:
    """The verdict; the window counts days from the last delivery, the deadline's own day included."""
    arrivals = [each.delivered_at for each in order.shipments if each.delivered_at]
    delivered = order.fulfillment is Fulfillment.DELIVERED and bool(arrivals)
    delivered_on = max(arrivals).date() if delivered else None
    deadline = delivered_on and delivered_on + timedelta(days=rules.return_window_days)
    left = _left(session, order)
    if order.cancelled_at:
        reason = ReturnVerdict.CANCELLED
    elif deadline is None:
        reason = ReturnVerdict.NOT_DELIVERED
    elif not left:
        reason = ReturnVerdict.NOTHING_LEFT
    elif not any(line.returnable for line in order.lines if line.line_id in left):
        reason = ReturnVerdict.NOT_RETURNABLE
    elif session.now.date() > deadline:
        reason = ReturnVerdict.WINDOW_PASSED
    else:
        reason = ReturnVerdict.WITHIN_WINDOW
    returnable = {line.line_id for line in order.lines if line.returnable}
    allowed = reason is ReturnVerdict.WITHIN_WINDOW
    return ReturnEligibility(
        order_number=order.number,
        customer_id=order.customer_id,
        reason=reason,
        window_days=rules.return_window_days,
        delivered_on=delivered_on,
        deadline=deadline,
        lines=tuple(
            LineQuantity(line_id=line_id, quantity=quantity)
            for line_id, quantity in left.items()
            if allowed and line_id in returnable
        ),
    )


def quote(order: Order, rules: ShopRules) -> RefundQuote:
    """What was paid and has not gone back yet; nothing for a cancelled or unpaid order."""
    open_to_refund = order.payment in rules.refundable_payments and order.cancelled_at is None
    return RefundQuote(
        order_number=order.number,
        customer_id=order.customer_id,
        refundable=order.total - order.refunded if open_to_refund else Money.of(0, order.total.currency),
        refunded=order.refunded,
        total=order.total,
        lines=tuple(
            RefundableLine(
                line_id=line.line_id,
                title=line.title,
                quantity=line.quantity,
                amount=line.unit_price * line.quantity,
            )
            for line in order.lines
            if open_to_refund
        ),
    )


def _left(session: Session, order: Order) -> dict[str, int]:
    claimed = claimed_quantities(session, order.number, *_CLAIMED)
    left = {line.line_id: line.quantity - claimed[line.line_id] for line in order.lines}
    return {line_id: quantity for line_id, quantity in left.items() if quantity > 0}
