"""What may be done to an order, under the shop's rules; each runs inside one transaction."""

from hybrid_agent_tools.embedded.order_answers import eligibility, quote
from hybrid_agent_tools.embedded.order_store import load_order
from hybrid_agent_tools.embedded.refusals import rejected
from hybrid_agent_tools.embedded.rules import load_rules
from hybrid_agent_tools.embedded.shop import Session, next_id, stamp
from hybrid_agent_tools.order_states import Payment, ReturnStatus, ReturnVerdict
from hybrid_agent_tools.orders import Cancellation, LineQuantity, Order, Refund, Return
from hybrid_agent_tools.values import Address, Money

__all__ = ["cancel", "refund", "request_return", "update_address"]


def update_address(session: Session, number: str, customer_id: str, address: Address) -> Order:
    """Put the new address on an order that has not been sent."""
    order, rules = load_order(session, number, customer_id), load_rules(session)
    if order.cancelled_at or order.fulfillment not in rules.address_changeable:
        raise rejected(
            f"order {number} is {order.status.replace('_', ' ')}, so its address can no longer be changed.",
            number,
            "Offer to redirect the parcel with the carrier, or a return.",
        )
    here = order.shipping_address
    if rules.address_same_country and here and here.country != address.country:
        raise rejected(
            f"order {number} was priced for {here.country} and cannot be sent to {address.country}.",
            number,
            "Offer to cancel it and to order anew.",
        )
    if address.name is None and here is not None:
        address = address.model_copy(update={"name": here.name})
    session.run("UPDATE orders SET address = ? WHERE number = ?", address.model_dump_json(), number)
    return load_order(session, number, customer_id)


def request_return(
    session: Session, number: str, customer_id: str, reason: str, lines: tuple[LineQuantity, ...] | None
) -> Return:
    """Register a return of what is asked for, or of all that may still come back."""
    order = load_order(session, number, customer_id)
    verdict = eligibility(session, order, load_rules(session))
    if not verdict.eligible:
        raise rejected(
            _why_not(number, verdict.reason), number, "Explain the rule, or hand over to a person."
        )
    wanted = verdict.lines if lines is None else lines
    allowed = {part.line_id: part.quantity for part in verdict.lines}
    named = [part.line_id for part in wanted]
    if (
        not wanted
        or len(set(named)) < len(named)
        or any(p.quantity > allowed.get(p.line_id, 0) for p in wanted)
    ):
        raise rejected(
            f"these lines of order {number} cannot be returned as asked.",
            number,
            "Check the return again for what may still come back.",
        )
    done = Return(
        return_id=next_id(session, "RT"),
        order_number=order.number,
        customer_id=customer_id,
        status=ReturnStatus.REQUESTED,
        created_at=session.now,
        reason=reason,
        lines=wanted,
    )
    values = (done.return_id, order.number, done.status, reason, stamp(session.now))
    session.run("INSERT INTO returns VALUES (?, ?, ?, ?, ?)", *values)
    for part in wanted:
        session.run("INSERT INTO return_lines VALUES (?, ?, ?)", done.return_id, part.line_id, part.quantity)
    return done


def cancel(session: Session, number: str, customer_id: str, reason: str) -> Cancellation:
    """Cancel an order that has not been sent; what was paid goes back, an open payment is voided."""
    order, rules = load_order(session, number, customer_id), load_rules(session)
    if order.cancelled_at:
        raise rejected(
            f"order {number} is cancelled already.", number, "Tell the customer when it was cancelled."
        )
    if order.fulfillment not in rules.cancellable:
        raise rejected(
            f"order {number} is {order.fulfillment.replace('_', ' ')} and can no longer be cancelled.",
            number,
            "Offer a return once it has arrived.",
        )
    due = quote(order, rules).refundable
    if due.amount:
        _pay_back(session, order, due, reason)
    if order.payment is Payment.PENDING:
        session.run("UPDATE orders SET payment = ? WHERE number = ?", Payment.VOIDED, number)
    session.run(
        "UPDATE orders SET cancelled_at = ?, cancel_reason = ? WHERE number = ?",
        stamp(session.now),
        reason,
        number,
    )
    return Cancellation(
        order_number=order.number,
        customer_id=customer_id,
        cancelled_at=session.now,
        refunded=due if due.amount else None,
    )


def refund(session: Session, number: str, customer_id: str, amount: Money, reason: str) -> Refund:
    """Pay back part or all of what is refundable."""
    order = load_order(session, number, customer_id)
    refundable = quote(order, load_rules(session)).refundable
    if amount.currency != refundable.currency:
        raise rejected(
            f"order {number} was paid in {refundable.currency}, not in {amount.currency}.",
            number,
            f"Ask again with an amount in {refundable.currency}.",
        )
    if not 0 < amount.amount <= refundable.amount:
        raise rejected(
            f"{amount} cannot be refunded on order {number}; {refundable} can.",
            number,
            "Quote the refund again and ask for no more than that.",
        )
    return _pay_back(session, order, amount, reason)


def _pay_back(session: Session, order: Order, amount: Money, reason: str) -> Refund:
    done = Refund(
        refund_id=next_id(session, "RF"),
        order_number=order.number,
        customer_id=order.customer_id,
        amount=amount,
        created_at=session.now,
        reason=reason,
    )
    values = (done.refund_id, order.number, amount.minor, reason, stamp(session.now))
    session.run("INSERT INTO refunds VALUES (?, ?, ?, ?, ?)", *values)
    return done


def _why_not(number: str, reason: ReturnVerdict) -> str:
    why = {
        ReturnVerdict.WINDOW_PASSED: "its return window has passed",
        ReturnVerdict.NOT_DELIVERED: "it has not been delivered in full",
        ReturnVerdict.NOTHING_LEFT: "all of it is part of a return already",
        ReturnVerdict.NOT_RETURNABLE: "what is left of it cannot be returned",
        ReturnVerdict.CANCELLED: "it is cancelled",
    }[reason]
    return f"order {number} cannot be returned: {why}."
