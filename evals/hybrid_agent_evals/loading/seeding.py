"""What is in the records before the crowd comes: cases by the thousand, and an agent who is signed in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from pydantic import JsonValue

from hybrid_agent.loading import records_for
from hybrid_agent.portal import run_here
from hybrid_agent.records import Records, hand_offs, messages
from hybrid_agent.records.models import By, Said
from hybrid_agent.serving.identity.sessions import SignedIn, Times, begin
from hybrid_agent.serving.people import Role
from hybrid_agent.settings import ServiceSettings, read_settings
from hybrid_agent.state import Escalation
from hybrid_agent_evals.loading.server import Site

A_TRANSACTION = 500
APART = timedelta(seconds=0.05)
"""So near to each other that none is overdue before the measurement ends."""
REASONS = ("asked_for_person", "anger", "no_answer", "misunderstood")
DAY = timedelta(days=1)


def seeded(site: Site, cases: int) -> str:
    """Enter the cases; the token of the agent's session."""
    records = records_for(read_settings(site.deployment), site.deployment.parent)
    try:
        return run_here(_seed(records, cases))
    finally:
        run_here(records.aclose())


async def _seed(records: Records, cases: int) -> str:
    now = datetime.now(UTC)
    for numbers in _batches(cases):
        async with records.write() as tx:
            for number in numbers:
                at = now - number * APART
                thread, customer = str(uuid4()), f"C-{number}"
                await messages.open_conversation(tx, thread, owner=customer, customer_id=customer, now=at)
                words = f"My parcel number {number} has not come, and nobody tells me why."
                await messages.add(tx, thread, [Said(mark="m", by=By.CUSTOMER, text=words, at=at)])
                await hand_offs.register(
                    tx,
                    f"h-{thread}",
                    Escalation(reasons=(REASONS[number % len(REASONS)],)),
                    thread=thread,
                    customer_id=customer,
                    packet=_packet(number, words),
                    service=ServiceSettings(),
                    now=at,
                )
    agent = SignedIn("load", "Load Agent", Role.AGENT, frozenset(), "benchmark")
    return await begin(records, agent, Times(DAY, DAY), now)


def _batches(count: int) -> Iterator[range]:
    for first in range(0, count, A_TRANSACTION):
        yield range(first, min(first + A_TRANSACTION, count))


def _packet(number: int, words: str) -> dict[str, JsonValue]:
    return {
        "summary": f"The customer wants: order status. Known: parcel {number}.",
        "why": {"reasons": [REASONS[number % len(REASONS)]], "detail": ""},
        "intents": [{"intent": "order_status", "title": "Order status", "confidence": 0.8}],
        "transcript": [{"by": "customer", "author": None, "text": words}],
    }
