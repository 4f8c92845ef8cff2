"""The tables, and who may write to them how."""

from typing import NewType

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records.columns import Data, UtcTime, Words

VERSION = 2
"""Raised whenever a table changes."""

ERASED = "erased"
"""What stands in the place of what was erased and may not be empty."""

Relaxed = NewType("Relaxed", AsyncConnection)
"""A write transaction whose last moments a power cut may lose: good enough for events and the transcript."""

Transaction = NewType("Transaction", Relaxed)
"""A write transaction that is on disk when it ends: an approval or a claim that others then act upon."""

metadata = MetaData()

versions = Table("hybrid_agent_version", metadata, Column("version", Integer, primary_key=True))

effects = Table(
    "hybrid_agent_effects",
    metadata,
    Column("id", String, primary_key=True),
    Column("request_id", String, nullable=False),
    Column("thread", String, nullable=False, index=True),
    Column("customer_id", String),
    Column("intent", String, nullable=False),
    Column("operation", String, nullable=False),
    Column("arguments", Data, nullable=False),
    Column("sources", Data, nullable=False),
    Column("summary", Words, nullable=False),
    Column("digest", String, nullable=False),
    Column("key", String, nullable=False),
    Column("status", String, nullable=False),
    Column("approved_by", String),
    Column("claimed_by", String),
    Column("claimed_until", UtcTime),
    Column("attempts", Integer, nullable=False, default=0),
    Column("result", Data),
    Column("error", Words),
    Column("settled_by", String),
    Column("note", Words),
    Column("created", UtcTime, nullable=False),
    Column("updated", UtcTime, nullable=False, index=True),
    CheckConstraint(
        "status in ('proposed', 'approved', 'executing', 'succeeded', 'failed', 'unknown', 'dropped')",
        name="hybrid_agent_effects_status",
    ),
)

Index("hybrid_agent_effects_customer", effects.c.customer_id, effects.c.digest, effects.c.status)

_under_way = effects.c.status.in_(["approved", "executing", "unknown"])
Index(
    "hybrid_agent_effects_once",
    effects.c.customer_id,
    effects.c.digest,
    unique=True,
    sqlite_where=_under_way,
    postgresql_where=_under_way,
)

approvals = Table(
    "hybrid_agent_approvals",
    metadata,
    Column("id", String, primary_key=True),
    Column("action_id", String, ForeignKey(effects.c.id), nullable=False, index=True),
    Column("thread", String, nullable=False),
    Column("customer_id", String),
    Column("intent", String, nullable=False),
    Column("operation", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("summary", Words, nullable=False),
    Column("payload", Data, nullable=False),
    Column("rules", Data, nullable=False),
    Column("needed", Integer, nullable=False, default=1),
    Column("created", UtcTime, nullable=False),
    Column("expires", UtcTime, nullable=False),
    Column("status", String, nullable=False),
    Column("decided_by", String),
    Column("decided_at", UtcTime),
    Column("decision", Data),
    Column("reason", Words),
    Column("reminded", UtcTime),
    CheckConstraint(
        "status in ('pending', 'approved', 'edited', 'rejected', 'responded', 'taken_over',"
        " 'withdrawn', 'expired')",
        name="hybrid_agent_approvals_status",
    ),
)

_pending = approvals.c.status == "pending"
Index(
    "hybrid_agent_approvals_once",
    approvals.c.action_id,
    unique=True,
    sqlite_where=_pending,
    postgresql_where=_pending,
)
Index("hybrid_agent_approvals_of", approvals.c.thread, approvals.c.status, approvals.c.expires)
Index("hybrid_agent_approvals_due", approvals.c.status, approvals.c.expires, approvals.c.thread)
Index("hybrid_agent_approvals_decided", approvals.c.decided_at)

hand_offs = Table(
    "hybrid_agent_hand_offs",
    metadata,
    Column("id", String, primary_key=True),
    Column("thread", String, nullable=False),
    Column("customer_id", String),
    Column("reasons", Data, nullable=False),
    Column("detail", Words, nullable=False),
    Column("summary", Words, nullable=False),
    Column("intent", String),
    Column("urgent", Boolean, nullable=False),
    Column("status", String, nullable=False),
    Column("opened", UtcTime, nullable=False),
    Column("due", UtcTime, nullable=False),
    Column("reminded", UtcTime),
    Column("closed", UtcTime, index=True),
    Column("closed_by", String),
    Column("packet", Data, nullable=False),
    CheckConstraint("status in ('open', 'closed')", name="hybrid_agent_hand_offs_status"),
)

Index("hybrid_agent_hand_offs_of", hand_offs.c.thread, hand_offs.c.status)
Index("hybrid_agent_hand_offs_due", hand_offs.c.status, hand_offs.c.due, hand_offs.c.thread)

owners = Table(
    "hybrid_agent_owners",
    metadata,
    Column("thread", String, primary_key=True),
    Column("person", String, index=True),
    Column("since", UtcTime, nullable=False),
    Column("changed_by", String, nullable=False),
    Column("heard", UtcTime, index=True),
)

conversations = Table(
    "hybrid_agent_conversations",
    metadata,
    Column("thread", String, primary_key=True),
    Column("owner", String, nullable=False, index=True),
    Column("customer_id", String, index=True),
    Column("opened", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False, index=True),
)

messages = Table(
    "hybrid_agent_messages",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("thread", String, nullable=False),
    Column("mark", String, nullable=False),
    Column("by", String, nullable=False),
    Column("author", String),
    Column("text", Words, nullable=False),
    Column("citations", Data, nullable=False),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("thread", "mark", name="hybrid_agent_messages_once"),
    CheckConstraint("by in ('customer', 'bot', 'person', 'notice')", name="hybrid_agent_messages_by"),
)

Index("hybrid_agent_messages_of", messages.c.thread, messages.c.id)

signatures = Table(
    "hybrid_agent_signatures",
    metadata,
    Column("approval_id", String, ForeignKey(approvals.c.id), primary_key=True),
    Column("by", String, primary_key=True),
    Column("digest", String, nullable=False),
    Column("reason", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
)

accounts = Table(
    "hybrid_agent_accounts",
    metadata,
    Column("user", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("password", String, nullable=False),
    Column("role", String, nullable=False),
    Column("roles", Data, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("disabled", UtcTime),
)

sessions = Table(
    "hybrid_agent_sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("user", String, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("roles", Data, nullable=False),
    Column("via", String, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("seen", UtcTime, nullable=False),
    Column("expires", UtcTime, nullable=False),
)

attempts = Table(
    "hybrid_agent_attempts",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, index=True),
    Column("at", UtcTime, nullable=False, index=True),
)

events = Table(
    "hybrid_agent_events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("thread", String, nullable=False),
    Column("customer_id", String),
    Column("turn", String, nullable=False),
    Column("mark", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
    Column("intent", String),
    Column("ms", Float),
    Column("data", Data, nullable=False),
    UniqueConstraint("thread", "mark", name="hybrid_agent_events_once"),
)

erasures = Table(
    "hybrid_agent_erasures",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("of", String),
    Column("why", String, nullable=False),
    Column("by", String, nullable=False),
    Column("begun", UtcTime, nullable=False),
    Column("ended", UtcTime),
    Column("counts", Data),
    CheckConstraint("why in ('forgotten', 'kept long enough')", name="hybrid_agent_erasures_why"),
)
"""One row an erasure; `ended` is empty only within the transaction that erases, and lets it change events."""

_ONLY_GROW = "events are only ever added, never changed or removed"
_ERASING = f"EXISTS (SELECT 1 FROM {erasures.name} WHERE ended IS NULL)"  # noqa: S608

SQLITE_GUARDS = tuple(
    f"CREATE TRIGGER hybrid_agent_events_no_{change.lower()} BEFORE {change} ON {events.name} "
    f"WHEN NOT {_ERASING} BEGIN SELECT RAISE(ABORT, '{_ONLY_GROW}'); END"
    for change in ("UPDATE", "DELETE")
)

POSTGRES_GUARDS = (
    "CREATE OR REPLACE FUNCTION hybrid_agent_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN IF TG_OP = 'TRUNCATE' OR NOT {_ERASING} THEN RAISE EXCEPTION '{_ONLY_GROW}'; END IF; "
    "RETURN NULL; END $$",
    f"CREATE TRIGGER hybrid_agent_events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {events.name} "
    "FOR EACH STATEMENT EXECUTE FUNCTION hybrid_agent_refuse()",
)
