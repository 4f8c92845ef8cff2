"""The system's own memory: effects ledger, approvals, hand-offs, ownership and events, in SQL.

records = await open_records("sqlite:///records.db")
async with records.write() as tx:
    await ledger.propose(tx, action, thread=thread, intent=intent, now=now)
    await approvals.request(tx, ...)
"""

from hybrid_agent.records import approvals, events, hand_offs, ledger, messages, ownership
from hybrid_agent.records.database import Records, open_records
from hybrid_agent.records.errors import (
    BusyError,
    ContradictionError,
    RecordsError,
    UnavailableError,
    UnknownRecordError,
    WrongDatabaseError,
)
from hybrid_agent.records.schema import Relaxed, Transaction

__all__ = [
    "BusyError",
    "ContradictionError",
    "Records",
    "RecordsError",
    "Relaxed",
    "Transaction",
    "UnavailableError",
    "UnknownRecordError",
    "WrongDatabaseError",
    "approvals",
    "events",
    "hand_offs",
    "ledger",
    "messages",
    "open_records",
    "ownership",
]
