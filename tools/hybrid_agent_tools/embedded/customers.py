"""The port to customers, on the embedded shop."""

from dataclasses import dataclass
from datetime import datetime

from hybrid_agent_tools.customers import AccountClosure, AccountStatus, Profile
from hybrid_agent_tools.embedded.order_store import load_orders
from hybrid_agent_tools.embedded.refusals import incomplete, not_found, rejected
from hybrid_agent_tools.embedded.shop import Call, Session, Shop
from hybrid_agent_tools.values import Address

__all__ = ["EmbeddedCustomers"]


@dataclass(frozen=True, slots=True)
class EmbeddedCustomers:
    """`CustomerDirectory` on SQLite."""

    shop: Shop

    async def profile(self, *, customer_id: str) -> Profile:
        return await self.shop.read(lambda session: _profile(session, customer_id))

    async def update_contact(
        self,
        *,
        name: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        customer_id: str,
        key: str,
    ) -> Profile:
        given = {"name": name, "email": email, "phone": phone}
        changes = {field: value for field, value in given.items() if value is not None}
        if not changes:
            raise incomplete("no contact detail was given.", "Give a name, an email or a phone number.")
        return await self.shop.write(
            Call("customers.update_contact", key, customer_id, changes),
            Profile,
            lambda session: _update_contact(session, customer_id, changes),
        )

    async def find_contact_update(
        self,
        *,
        name: str | None = None,
        email: str | None = None,
        phone: str | None = None,
        customer_id: str,
        key: str,
    ) -> Profile | None:
        return await self.shop.written("customers.update_contact", Profile, customer_id=customer_id, key=key)

    async def close_account(self, *, reason: str, customer_id: str, key: str) -> AccountClosure:
        return await self.shop.write(
            Call("customers.close_account", key, customer_id, {"reason": reason}),
            AccountClosure,
            lambda session: _close(session, customer_id),
        )

    async def find_closure(self, *, customer_id: str, key: str) -> AccountClosure | None:
        return await self.shop.written(
            "customers.close_account", AccountClosure, customer_id=customer_id, key=key
        )


def _profile(session: Session, customer_id: str) -> Profile:
    row = session.one("SELECT * FROM customers WHERE id = ?", customer_id)
    if row is None:
        raise not_found("account", customer_id)
    return Profile(
        customer_id=row["id"],
        status=AccountStatus(row["status"]),
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        plan=row["plan"],
        segment=row["segment"],
        language=row["language"],
        country=row["country"],
        address=Address.model_validate_json(row["address"]),
        customer_since=datetime.fromisoformat(row["created_at"]),
    )


def _update_contact(session: Session, customer_id: str, changes: dict[str, str]) -> Profile:
    _refuse_closed(_profile(session, customer_id))
    email = changes.get("email")
    if email and session.one("SELECT 1 FROM customers WHERE email = ? AND id <> ?", email, customer_id):
        # Not why: that an address has an account is that account's business.
        raise rejected("this email cannot be used.", customer_id, "Ask the customer for another email.")
    session.run(
        "UPDATE customers SET name = coalesce(?, name), email = coalesce(?, email), "
        "phone = coalesce(?, phone) WHERE id = ?",
        *(changes.get(field) for field in ("name", "email", "phone")),
        customer_id,
    )
    return _profile(session, customer_id)


def _close(session: Session, customer_id: str) -> AccountClosure:
    _refuse_closed(_profile(session, customer_id))
    waiting = [order.number for order in load_orders(session, customer_id) if order.is_open]
    if waiting:
        raise rejected(
            f"the account has orders under way: {', '.join(waiting)}.",
            customer_id,
            "Close it when they have arrived, or cancel them first.",
        )
    session.run("UPDATE customers SET status = ? WHERE id = ?", AccountStatus.CLOSED, customer_id)
    return AccountClosure(customer_id=customer_id, closed_at=session.now)


def _refuse_closed(profile: Profile) -> None:
    if profile.status is AccountStatus.CLOSED:
        raise rejected(
            "the account is closed already.", profile.customer_id, "Hand over to a person to reopen it."
        )
