"""The tables of the embedded shop, and the check that a file is such a shop of this version."""

import sqlite3

from hybrid_agent_tools.embedded.refusals import misconfigured

__all__ = ["check", "create"]

APPLICATION_ID = 0x48415348
VERSION = 1

# Money is held in the currency's smallest units, times as ISO 8601 in UTC, addresses as JSON.
TABLES = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE sequences (name TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE customers (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE COLLATE NOCASE, phone TEXT,
    plan TEXT NOT NULL, segment TEXT NOT NULL, status TEXT NOT NULL, language TEXT NOT NULL,
    country TEXT NOT NULL, address TEXT NOT NULL, created_at TEXT NOT NULL
) STRICT;
CREATE TABLE orders (
    number TEXT PRIMARY KEY COLLATE NOCASE, customer_id TEXT NOT NULL REFERENCES customers (id),
    placed_at TEXT NOT NULL, currency TEXT NOT NULL, discount INTEGER NOT NULL,
    shipping_cost INTEGER NOT NULL, payment TEXT NOT NULL, address TEXT NOT NULL,
    cancelled_at TEXT, cancel_reason TEXT
) STRICT;
CREATE INDEX orders_by_customer ON orders (customer_id, placed_at);
CREATE TABLE order_lines (
    id TEXT PRIMARY KEY, order_number TEXT NOT NULL REFERENCES orders (number), sku TEXT NOT NULL,
    title TEXT NOT NULL, quantity INTEGER NOT NULL, unit_price INTEGER NOT NULL, returnable INTEGER NOT NULL
) STRICT;
CREATE INDEX lines_by_order ON order_lines (order_number);
CREATE TABLE shipments (
    id TEXT PRIMARY KEY, order_number TEXT NOT NULL REFERENCES orders (number), status TEXT NOT NULL,
    carrier TEXT NOT NULL, tracking_number TEXT NOT NULL, tracking_url TEXT NOT NULL, shipped_at TEXT,
    estimated_delivery TEXT, delivered_at TEXT
) STRICT;
CREATE INDEX shipments_by_order ON shipments (order_number);
CREATE TABLE shipment_lines (
    shipment_id TEXT NOT NULL REFERENCES shipments (id), line_id TEXT NOT NULL REFERENCES order_lines (id),
    quantity INTEGER NOT NULL, PRIMARY KEY (shipment_id, line_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE returns (
    id TEXT PRIMARY KEY, order_number TEXT NOT NULL REFERENCES orders (number), status TEXT NOT NULL,
    reason TEXT NOT NULL, created_at TEXT NOT NULL
) STRICT;
CREATE INDEX returns_by_order ON returns (order_number);
CREATE TABLE return_lines (
    return_id TEXT NOT NULL REFERENCES returns (id), line_id TEXT NOT NULL REFERENCES order_lines (id),
    quantity INTEGER NOT NULL, PRIMARY KEY (return_id, line_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE refunds (
    id TEXT PRIMARY KEY, order_number TEXT NOT NULL REFERENCES orders (number), amount INTEGER NOT NULL,
    reason TEXT NOT NULL, created_at TEXT NOT NULL
) STRICT;
CREATE INDEX refunds_by_order ON refunds (order_number);
CREATE TABLE tickets (
    id TEXT PRIMARY KEY, customer_id TEXT NOT NULL REFERENCES customers (id), subject TEXT NOT NULL,
    status TEXT NOT NULL, priority TEXT NOT NULL, tags TEXT NOT NULL, created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX tickets_by_customer ON tickets (customer_id, created_at);
CREATE TABLE notes (
    id TEXT PRIMARY KEY, ticket_id TEXT NOT NULL REFERENCES tickets (id), author TEXT NOT NULL,
    public INTEGER NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL
) STRICT;
CREATE INDEX notes_by_ticket ON notes (ticket_id);
CREATE TABLE slots (
    id TEXT PRIMARY KEY, service TEXT NOT NULL, starts_at TEXT NOT NULL, ends_at TEXT NOT NULL,
    location TEXT NOT NULL
) STRICT;
CREATE INDEX slots_by_start ON slots (starts_at);
CREATE TABLE appointments (
    id TEXT PRIMARY KEY, customer_id TEXT NOT NULL REFERENCES customers (id),
    slot_id TEXT NOT NULL REFERENCES slots (id), status TEXT NOT NULL, note TEXT
) STRICT;
CREATE UNIQUE INDEX one_booking_per_slot ON appointments (slot_id) WHERE status = 'booked';
CREATE INDEX appointments_by_customer ON appointments (customer_id);
CREATE VIEW free_slots AS
    SELECT * FROM slots
    WHERE NOT EXISTS (SELECT 1 FROM appointments WHERE slot_id = slots.id AND status = 'booked');
CREATE VIEW timed_appointments AS
    SELECT appointments.*, service, starts_at, ends_at, location
    FROM appointments JOIN slots ON slots.id = slot_id;
CREATE TABLE challenges (
    id TEXT PRIMARY KEY, customer_id TEXT REFERENCES customers (id), code_hash TEXT NOT NULL,
    expires_at TEXT NOT NULL, attempts_left INTEGER NOT NULL
) STRICT;
CREATE TABLE attempts (subject TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE INDEX attempts_by_subject ON attempts (subject, at);
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY, customer_id TEXT NOT NULL REFERENCES customers (id), recipient TEXT NOT NULL,
    subject TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE TABLE writes (
    key TEXT PRIMARY KEY, operation TEXT NOT NULL, customer_id TEXT, arguments_digest TEXT NOT NULL,
    result TEXT NOT NULL, at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""


def create(connection: sqlite3.Connection) -> None:
    """Make the tables in an empty database and mark it with the application and the version."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(
        f"BEGIN; {TABLES} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
    )


def check(connection: sqlite3.Connection, path: str) -> None:
    """Raise Misconfigured unless this is a shop of this version."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise misconfigured(
            f"{path} is a database, but not a shop.", path, "Check the path, or create a shop in a new file."
        )
    if version != VERSION:
        older = version < VERSION
        raise misconfigured(
            f"{path} is a shop of version {version}; this connector reads version {VERSION}.",
            path,
            "Create the shop anew." if older else "Install the release that wrote it.",
        )
