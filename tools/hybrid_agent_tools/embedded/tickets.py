"""The port to tickets, on the embedded shop."""

import json
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row

from hybrid_agent_tools.embedded.refusals import not_found, rejected
from hybrid_agent_tools.embedded.shop import Call, Session, Shop, next_id, stamp
from hybrid_agent_tools.tickets import Note, Priority, Ticket, TicketStatus

__all__ = ["EmbeddedTickets"]

CUSTOMER, ASSISTANT = "customer", "assistant"


@dataclass(frozen=True, slots=True)
class EmbeddedTickets:
    """`TicketDesk` on SQLite."""

    shop: Shop

    async def get(self, *, ticket_id: str, customer_id: str) -> Ticket:
        return await self.shop.read(lambda session: _ticket(session, _row(session, ticket_id, customer_id)))

    async def search(
        self,
        *,
        text: str | None = None,
        status: TicketStatus | None = None,
        limit: int = 20,
        customer_id: str,
    ) -> list[Ticket]:
        tickets = await self.shop.read(lambda session: _tickets(session, customer_id))
        return [each for each in tickets if status in (None, each.status) and _mentions(each, text)][:limit]

    async def create(
        self,
        *,
        subject: str,
        body: str,
        priority: Priority = Priority.NORMAL,
        tags: tuple[str, ...] = (),
        customer_id: str,
        key: str,
    ) -> Ticket:
        arguments = {"subject": subject, "body": body, "priority": priority, "tags": tags}

        def act(session: Session) -> Ticket:
            ticket_id, now = next_id(session, "T"), stamp(session.now)
            values = (ticket_id, customer_id, subject, TicketStatus.NEW, priority, json.dumps(tags), now, now)
            _refuse_stranger(session, customer_id)
            session.run("INSERT INTO tickets VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *values)
            _add_note(session, ticket_id, CUSTOMER, body, public=True)
            return _ticket(session, _row(session, ticket_id, customer_id))

        return await self.shop.write(Call("tickets.create", key, customer_id, arguments), Ticket, act)

    async def find_created(self, *, subject: str, customer_id: str, key: str) -> Ticket | None:
        return await self.shop.written("tickets.create", Ticket, customer_id=customer_id, key=key)

    async def add_public_note(self, *, ticket_id: str, body: str, customer_id: str, key: str) -> Note:
        call = Call("tickets.add_public_note", key, customer_id, {"ticket_id": ticket_id, "body": body})
        return await self.shop.write(call, Note, lambda session: _note(session, call, public=True))

    async def find_public_note(self, *, ticket_id: str, body: str, customer_id: str, key: str) -> Note | None:
        return await self.shop.written("tickets.add_public_note", Note, customer_id=customer_id, key=key)

    async def add_internal_note(self, *, ticket_id: str, body: str, customer_id: str, key: str) -> Note:
        call = Call("tickets.add_internal_note", key, customer_id, {"ticket_id": ticket_id, "body": body})
        return await self.shop.write(call, Note, lambda session: _note(session, call, public=False))

    async def find_internal_note(
        self, *, ticket_id: str, body: str, customer_id: str, key: str
    ) -> Note | None:
        return await self.shop.written("tickets.add_internal_note", Note, customer_id=customer_id, key=key)

    async def set_status(self, *, ticket_id: str, status: TicketStatus, customer_id: str, key: str) -> Ticket:
        def act(session: Session) -> Ticket:
            _refuse_closed(_row(session, ticket_id, customer_id))
            values = (status, stamp(session.now), ticket_id)
            session.run("UPDATE tickets SET status = ?, updated_at = ? WHERE id = ?", *values)
            return _ticket(session, _row(session, ticket_id, customer_id))

        arguments = {"ticket_id": ticket_id, "status": status}
        return await self.shop.write(Call("tickets.set_status", key, customer_id, arguments), Ticket, act)

    async def find_status(
        self, *, ticket_id: str, status: TicketStatus, customer_id: str, key: str
    ) -> Ticket | None:
        return await self.shop.written("tickets.set_status", Ticket, customer_id=customer_id, key=key)


def _row(session: Session, ticket_id: str, customer_id: str) -> Row:
    row = session.one("SELECT * FROM tickets WHERE id = ? AND customer_id = ?", ticket_id, customer_id)
    if row is None:
        raise not_found("ticket", ticket_id)
    return row


def _tickets(session: Session, customer_id: str) -> list[Ticket]:
    rows = session.all(
        "SELECT * FROM tickets WHERE customer_id = ? ORDER BY created_at DESC, id", customer_id
    )
    return [_ticket(session, row) for row in rows]


def _ticket(session: Session, row: Row) -> Ticket:
    notes = session.all(
        "SELECT * FROM notes WHERE ticket_id = ? AND public ORDER BY created_at, id", row["id"]
    )
    return Ticket(
        ticket_id=row["id"],
        customer_id=row["customer_id"],
        subject=row["subject"],
        status=TicketStatus(row["status"]),
        priority=Priority(row["priority"]),
        tags=tuple(json.loads(row["tags"])),
        created_at=datetime.fromisoformat(row["created_at"]),
        updated_at=datetime.fromisoformat(row["updated_at"]),
        notes=tuple(
            Note(
                note_id=note["id"],
                body=note["body"],
                public=True,
                author=note["author"],
                created_at=datetime.fromisoformat(note["created_at"]),
            )
            for note in notes
        ),
    )


def _mentions(ticket: Ticket, text: str | None) -> bool:
    words = (text or "").casefold().split()
    said = " ".join((ticket.subject, *(note.body for note in ticket.notes))).casefold()
    return all(word in said for word in words)


def _note(session: Session, call: Call, *, public: bool) -> Note:
    ticket_id, body = call.arguments["ticket_id"], call.arguments["body"]
    _refuse_closed(_row(session, ticket_id, call.customer_id or ""))
    session.run("UPDATE tickets SET updated_at = ? WHERE id = ?", stamp(session.now), ticket_id)
    return _add_note(session, ticket_id, ASSISTANT, body, public=public)


def _add_note(session: Session, ticket_id: str, author: str, body: str, *, public: bool) -> Note:
    note = Note(
        note_id=next_id(session, "N"), body=body, public=public, author=author, created_at=session.now
    )
    values = (note.note_id, ticket_id, author, int(public), body, stamp(session.now))
    session.run("INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?)", *values)
    return note


def _refuse_closed(row: Row) -> None:
    if row["status"] == TicketStatus.CLOSED:
        raise rejected(f"ticket {row['id']} is closed.", row["id"], "Open a new ticket that names this one.")


def _refuse_stranger(session: Session, customer_id: str) -> None:
    if session.one("SELECT 1 FROM customers WHERE id = ?", customer_id) is None:
        raise not_found("account", customer_id)
