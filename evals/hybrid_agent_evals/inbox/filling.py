"""Records full of conversations that need a person, from a seed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Table, insert

from hybrid_agent.records import Records
from hybrid_agent.records.schema import approvals, conversations, effects, hand_offs, messages, owners

SEED = 6
AT_ONCE = 2_000
"""So many rows are entered in one statement."""

SAID = 6
"""So many messages has each conversation."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filled:
    """How much was entered: open cases, and cases that are closed beside them."""

    open: int
    closed: int


async def fill(records: Records, filled: Filled, now: datetime) -> None:
    """Enter open cases, of which half wait for an approval, two thirds are handed over and some are held;
    and closed ones, which no inbox shows."""
    made = dict[Table, list[Row]]()
    for number in range(filled.open + filled.closed):
        for table, row in _case(number, number < filled.open, now):
            made.setdefault(table, []).append(row)
    for table in (conversations, messages, effects, approvals, hand_offs, owners):
        rows = made.get(table, [])
        for start in range(0, len(rows), AT_ONCE):
            async with records.write() as tx:
                await tx.execute(insert(table), rows[start : start + AT_ONCE])


def _case(number: int, is_open: bool, now: datetime) -> Iterator[tuple[Table, Row]]:
    chance = Random(SEED * 1_000_003 + number)  # noqa: S311
    thread, customer = f"00000000-0000-4000-8000-{number:012d}", f"C-{number % 4_000}"
    at = now - timedelta(seconds=chance.randrange(7_200 if is_open else 30_000_000))
    about: Row = {"thread": thread, "customer_id": customer}
    yield conversations, about | {"owner": customer, "opened": at, "last_at": at}
    for place in range(SAID):
        text = f"My order {10_000 + number} has not come, and this is message {place} about it."
        by = "bot" if place % 2 else "customer"
        said: Row = {
            "thread": thread,
            "mark": str(place),
            "by": by,
            "author": None,
            "citations": [],
            "at": at,
        }
        yield messages, said | {"text": text}
    if number % 2 == 0:
        yield from _approval(number, about, is_open, at, now + timedelta(seconds=chance.randrange(1, 14_400)))
    if number % 2 or number % 3 == 0:
        yield hand_offs, about | _hand_off(number, is_open, at)
    if is_open and number % 50 == 0:
        person = f"agent-{number % 7}"
        yield owners, {"thread": thread, "person": person, "since": at, "changed_by": person, "heard": at}


def _approval(
    number: int, about: Mapping[str, Any], is_open: bool, at: datetime, expires: datetime
) -> Iterator[tuple[Table, Row]]:
    action = f"a{number:015d}"
    what = {"intent": "refund", "operation": "orders.refund", "summary": f"refund order {10_000 + number}"}
    asked = {**about, **what, "digest": action}
    status = "proposed" if is_open else "succeeded"
    effect = {"id": action, "request_id": "r", "arguments": {}, "sources": {}, "key": action}
    yield effects, asked | effect | {"status": status, "created": at, "updated": at}
    ended: Row = {"status": "pending", "decided_by": None, "decided_at": None}
    if not is_open:
        ended = {"status": "approved", "decided_by": "agent-1", "decided_at": at}
    payload = {"risk": "high", "facts": {"order": {"items": ["something bought"] * 150}}}
    rules = [{"role": "agent", "when": {}}, {"role": "supervisor", "when": {}}]
    waits = {"id": f"A-{number}", "action_id": action, "payload": payload, "rules": rules, "created": at}
    yield approvals, asked | waits | ended | {"expires": expires}


def _hand_off(number: int, is_open: bool, at: datetime) -> Row:
    packet = {"transcript": [{"by": "customer", "text": "words that somebody wrote " * 5}] * 40}
    ended: Row = {"status": "open", "closed": None, "closed_by": None}
    if not is_open:
        ended = {"status": "closed", "closed": at, "closed_by": "agent-1"}
    return {
        "id": f"H-{number}",
        "reasons": ["anger"],
        "detail": "",
        "summary": f"The customer wants to know where order {10_000 + number} is.",
        "intent": "order_status",
        "urgent": number % 9 == 0,
        "packet": packet,
        "opened": at,
        "due": at + timedelta(hours=4),
        **ended,
    }
