"""The port to the directory of customers (a CRM or the shop's accounts)."""

from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import Field

from hybrid_agent_tools.operation import Idempotency, Risk, port, read, write
from hybrid_agent_tools.values import (
    Address,
    Country,
    Email,
    Personal,
    PersonName,
    Phone,
    Record,
    ShortText,
    Timestamp,
)

__all__ = ["AccountClosure", "AccountStatus", "CustomerDirectory", "Profile"]


class AccountStatus(StrEnum):
    """Whether the account may be used."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Profile(Record):
    """What is known of a customer."""

    customer_id: str
    status: AccountStatus = AccountStatus.ACTIVE
    name: Annotated[str | None, Personal.NAME] = None
    email: Annotated[str | None, Personal.EMAIL] = None
    phone: Annotated[str | None, Personal.PHONE] = None
    plan: str | None = None
    segment: str | None = None
    language: Annotated[str | None, Field(description="BCP 47 tag, such as en or pt-BR")] = None
    country: Country | None = None
    address: Address | None = None
    customer_since: Timestamp | None = None


class AccountClosure(Record):
    """A closed account."""

    customer_id: str
    closed_at: Timestamp


@port("customers")
class CustomerDirectory(Protocol):
    """The customers' own records."""

    @read()
    async def profile(self, *, customer_id: str) -> Profile:
        """Look up the customer's name, contact details, plan tier, account status, language and country."""

    @write(risk=Risk.MEDIUM, idempotency=Idempotency.STATE, read_back="find_contact_update")
    async def update_contact(
        self,
        *,
        name: PersonName | None = None,
        email: Email | None = None,
        phone: Phone | None = None,
        customer_id: str,
        key: str,
    ) -> Profile:
        """Change the customer's name, email or phone; what is not given stays."""

    async def find_contact_update(
        self,
        *,
        name: PersonName | None = None,
        email: Email | None = None,
        phone: Phone | None = None,
        customer_id: str,
        key: str,
    ) -> Profile | None: ...

    @write(risk=Risk.HIGH, idempotency=Idempotency.STATE, read_back="find_closure")
    async def close_account(self, *, reason: ShortText, customer_id: str, key: str) -> AccountClosure:
        """Close the customer's account."""

    async def find_closure(self, *, customer_id: str, key: str) -> AccountClosure | None: ...
