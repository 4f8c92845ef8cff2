"""Who is talking. The embedding app says so; the conversation and the model never do."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Kind(StrEnum):
    """What a caller is to the shop."""

    ANONYMOUS = "anonymous"
    CUSTOMER = "customer"
    STAFF = "staff"


class Caller(BaseModel):
    """The authenticated user of one run, passed as the graph's `context`.

    `id` names the person for the records: the customer's id, or the staff member's user name.
    `roles` are a staff member's roles; the catalog says which role may approve what.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = Kind.ANONYMOUS
    id: str = Field(default="anonymous", min_length=1, max_length=200)
    roles: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _only_staff_hold_roles(self) -> Self:
        if self.roles and self.kind is not Kind.STAFF:
            raise ValueError(f"only staff hold roles, and {self.id!r} is {self.kind.value}")
        return self

    @classmethod
    def customer(cls, customer_id: str) -> Self:
        """A customer whom the embedding app has signed in."""
        return cls(kind=Kind.CUSTOMER, id=customer_id)

    @classmethod
    def anonymous(cls) -> Self:
        """Somebody whom the embedding app does not know."""
        return cls()

    @classmethod
    def staff(cls, user: str, *roles: str) -> Self:
        """A member of staff, with the roles that the app's own directory gives them."""
        return cls(kind=Kind.STAFF, id=user, roles=frozenset(roles))

    @property
    def identity(self) -> str:
        """This caller's name among callers of every kind."""
        return f"{self.kind.value}:{self.id}"

    @property
    def customer_id(self) -> str | None:
        """The customer whose records this caller may see; None for anonymous callers and staff."""
        return self.id if self.kind is Kind.CUSTOMER else None


def different(names: Iterable[str]) -> tuple[str, ...]:
    """The user names of different people, as they first come: `Sam` and `sam` are one."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.casefold(), name)
    return tuple(first.values())
