"""What the tests of the records share: an action, its approval, and a clock that is told."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hybrid_agent.records import Records, Transaction, approvals, hand_offs, ledger
from hybrid_agent.records.models import Approval, ApprovalRequest, Effect, HandOff
from hybrid_agent.settings import ServiceSettings
from hybrid_agent.state import Action, Escalation

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEASE = timedelta(seconds=30)
NAMES = [f"a{n}" for n in range(20)]


def action(name: str = "a1", *, customer: str | None = "c1", **changes: Any) -> Action:
    """An action with an id of its own; the same arguments unless told otherwise."""
    return Action(
        id=name,
        request_id="r1",
        operation="orders.refund",
        arguments={"order": "1001", "amount": "12.00", **changes},
        sources={"order": "slot.order", "amount": "quote.amount"},
        customer_id=customer,
        summary="Refund 12.00 EUR for order 1001",
    )


async def propose(tx: Transaction, wanted: Action, thread: str = "t1") -> Effect:
    """Enter an action of the conversation `thread`."""
    return await ledger.propose(tx, wanted, thread=thread, intent="refund", now=NOW)


async def ask(tx: Transaction, wanted: Action, name: str = "p1", thread: str = "t1") -> Approval:
    """Enter an action and ask for its approval, which expires in an hour."""
    await propose(tx, wanted, thread)
    return await approvals.request(tx, asked(name), wanted, thread=thread, intent="refund", now=NOW)


def asked(name: str = "p1") -> ApprovalRequest:
    """An approval to ask for, which expires in an hour."""
    return ApprovalRequest(id=name, rules=["lead"], payload={"text": "please decide"}, expires=NOW + HOUR)


async def cleared(tx: Transaction, wanted: Action, thread: str = "t1") -> Effect:
    """Enter an action that the customer said yes to."""
    await propose(tx, wanted, thread)
    return await ledger.approve(tx, wanted.id, by="customer:c1", now=NOW)


async def effect(records: Records, name: str = "a1") -> Effect:
    """The effect as it stands."""
    async with records.read() as connection:
        return await ledger.require(connection, name)


async def hand_off(tx: Transaction, name: str = "h1", thread: str = "t1") -> HandOff:
    """Open a hand-off, due in four hours."""
    return await hand_offs.register(
        tx,
        name,
        Escalation(reasons=("angry", "low_confidence"), detail="third time"),
        thread=thread,
        customer_id="c1",
        packet={"summary": "wants a refund"},
        service=ServiceSettings(),
        now=NOW,
    )
