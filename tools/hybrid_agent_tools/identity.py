"""The port that tells who a customer is.

Nothing here is a read: a check uses up an attempt or a code, so that no model can try its way in.
"""

from typing import Annotated, Protocol

from pydantic import Field

from hybrid_agent_tools.operation import Idempotency, Risk, Scope, port, write
from hybrid_agent_tools.orders import OrderNumber
from hybrid_agent_tools.values import Email, Personal, Record, ShortText, Timestamp

__all__ = ["CodeSent", "Identity", "PasswordReset", "Verification"]

Postcode = Annotated[str, Field(min_length=2, max_length=20), Personal.POSTCODE]
Code = Annotated[str, Field(pattern=r"^\d{4,10}$")]


class Verification(Record):
    """Who the customer is, or None; a failure never says what was wrong."""

    customer_id: str | None = None


class CodeSent(Record):
    """A code is on its way, if the address belongs to an account; whether it does is not told."""

    challenge_id: str
    expires_at: Timestamp


class PasswordReset(Record):
    """A reset link is in the mail, if the address belongs to an account; the link is never here."""

    requested_at: Timestamp


@port("identity")
class Identity(Protocol):
    """Verification by knowledge or by a one-time code, and the way back to a forgotten password."""

    @write(risk=Risk.LOW, idempotency=Idempotency.KEY, read_back="find_verification", scope=Scope.PUBLIC)
    async def verify(
        self,
        *,
        order_number: OrderNumber,
        email: Email | None = None,
        postcode: Postcode | None = None,
        key: str,
    ) -> Verification:
        """Verify a customer by an order's number and its email or postcode; attempts are limited."""

    async def find_verification(self, *, order_number: OrderNumber, key: str) -> Verification | None: ...

    @write(risk=Risk.LOW, idempotency=Idempotency.KEY, read_back="find_sent_code", scope=Scope.PUBLIC)
    async def send_code(self, *, email: Email, key: str) -> CodeSent:
        """Send a one-time code to an account's own email."""

    async def find_sent_code(self, *, email: Email, key: str) -> CodeSent | None: ...

    @write(risk=Risk.LOW, idempotency=Idempotency.KEY, read_back="find_code_check", scope=Scope.PUBLIC)
    async def check_code(self, *, challenge_id: ShortText, code: Code, key: str) -> Verification:
        """Verify a customer by the code that was sent; it works once, attempts are limited."""

    async def find_code_check(self, *, challenge_id: ShortText, key: str) -> Verification | None: ...

    @write(risk=Risk.MEDIUM, idempotency=Idempotency.KEY, read_back="find_password_reset", scope=Scope.PUBLIC)
    async def start_password_reset(self, *, email: Email, key: str) -> PasswordReset:
        """Mail a password reset link to an account's own email."""

    async def find_password_reset(self, *, email: Email, key: str) -> PasswordReset | None: ...
