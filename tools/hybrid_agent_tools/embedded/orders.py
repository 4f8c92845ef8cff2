"""The port to orders, on the embedded shop."""

from dataclasses import dataclass

from hybrid_agent_tools.embedded import order_answers, order_writes
from hybrid_agent_tools.embedded.order_store import load_order, load_orders
from hybrid_agent_tools.embedded.rules import load_rules
from hybrid_agent_tools.embedded.shop import Call, Session, Shop
from hybrid_agent_tools.order_states import OrderStatus
from hybrid_agent_tools.orders import (
    Cancellation,
    LineQuantity,
    Order,
    Refund,
    RefundQuote,
    Return,
    ReturnEligibility,
    Tracking,
)
from hybrid_agent_tools.values import Address, Money

__all__ = ["EmbeddedOrders"]


@dataclass(frozen=True, slots=True)
class EmbeddedOrders:
    """`OrderSystem` on SQLite."""

    shop: Shop

    async def get(self, *, order_number: str, customer_id: str) -> Order:
        return await self.shop.read(lambda session: load_order(session, order_number, customer_id))

    async def find(
        self, *, status: OrderStatus | None = None, limit: int = 20, customer_id: str
    ) -> list[Order]:
        orders = await self.shop.read(lambda session: load_orders(session, customer_id))
        return [order for order in orders if status in (None, order.status)][:limit]

    async def track(self, *, order_number: str, customer_id: str) -> Tracking:
        return order_answers.tracking(await self.get(order_number=order_number, customer_id=customer_id))

    async def check_return(self, *, order_number: str, customer_id: str) -> ReturnEligibility:
        def look(session: Session) -> ReturnEligibility:
            order = load_order(session, order_number, customer_id)
            return order_answers.eligibility(session, order, load_rules(session))

        return await self.shop.read(look)

    async def quote_refund(self, *, order_number: str, customer_id: str) -> RefundQuote:
        def look(session: Session) -> RefundQuote:
            return order_answers.quote(load_order(session, order_number, customer_id), load_rules(session))

        return await self.shop.read(look)

    async def update_address(
        self, *, order_number: str, address: Address, customer_id: str, key: str
    ) -> Order:
        arguments = {"order_number": order_number, "address": address}
        return await self.shop.write(
            Call("orders.update_address", key, customer_id, arguments),
            Order,
            lambda session: order_writes.update_address(session, order_number, customer_id, address),
        )

    async def find_address_update(
        self, *, order_number: str, address: Address, customer_id: str, key: str
    ) -> Order | None:
        return await self.shop.written("orders.update_address", Order, customer_id=customer_id, key=key)

    async def request_return(
        self,
        *,
        order_number: str,
        reason: str,
        lines: tuple[LineQuantity, ...] | None = None,
        customer_id: str,
        key: str,
    ) -> Return:
        arguments = {"order_number": order_number, "reason": reason, "lines": lines}
        return await self.shop.write(
            Call("orders.request_return", key, customer_id, arguments),
            Return,
            lambda session: order_writes.request_return(session, order_number, customer_id, reason, lines),
        )

    async def find_return(self, *, order_number: str, customer_id: str, key: str) -> Return | None:
        return await self.shop.written("orders.request_return", Return, customer_id=customer_id, key=key)

    async def cancel(self, *, order_number: str, reason: str, customer_id: str, key: str) -> Cancellation:
        arguments = {"order_number": order_number, "reason": reason}
        return await self.shop.write(
            Call("orders.cancel", key, customer_id, arguments),
            Cancellation,
            lambda session: order_writes.cancel(session, order_number, customer_id, reason),
        )

    async def find_cancellation(
        self, *, order_number: str, customer_id: str, key: str
    ) -> Cancellation | None:
        return await self.shop.written("orders.cancel", Cancellation, customer_id=customer_id, key=key)

    async def refund(
        self, *, order_number: str, amount: Money, reason: str, customer_id: str, key: str
    ) -> Refund:
        arguments = {"order_number": order_number, "amount": amount, "reason": reason}
        return await self.shop.write(
            Call("orders.refund", key, customer_id, arguments),
            Refund,
            lambda session: order_writes.refund(session, order_number, customer_id, amount, reason),
        )

    async def find_refund(
        self, *, order_number: str, amount: Money, customer_id: str, key: str
    ) -> Refund | None:
        return await self.shop.written("orders.refund", Refund, customer_id=customer_id, key=key)
