"""The port to identity, on the embedded shop. What is sent to a customer goes to the table `outbox`."""

from dataclasses import dataclass

from hybrid_agent_tools.embedded import identity_checks
from hybrid_agent_tools.embedded.refusals import incomplete
from hybrid_agent_tools.embedded.shop import Call, Shop
from hybrid_agent_tools.identity import CodeSent, PasswordReset, Verification

__all__ = ["EmbeddedIdentity"]


@dataclass(frozen=True, slots=True)
class EmbeddedIdentity:
    """`Identity` on SQLite."""

    shop: Shop

    async def verify(
        self, *, order_number: str, email: str | None = None, postcode: str | None = None, key: str
    ) -> Verification:
        if email is None and postcode is None:
            raise incomplete(
                "an order number alone proves nothing.", "Ask for the email or the postcode as well."
            )
        arguments = {"order_number": order_number, "email": email, "postcode": postcode}
        return await self.shop.write(
            Call("identity.verify", key, None, arguments),
            Verification,
            lambda session: identity_checks.verify(session, order_number, email, postcode),
        )

    async def find_verification(self, *, order_number: str, key: str) -> Verification | None:
        return await self.shop.written("identity.verify", Verification, customer_id=None, key=key)

    async def send_code(self, *, email: str, key: str) -> CodeSent:
        return await self.shop.write(
            Call("identity.send_code", key, None, {"email": email}),
            CodeSent,
            lambda session: identity_checks.send_code(session, email),
        )

    async def find_sent_code(self, *, email: str, key: str) -> CodeSent | None:
        return await self.shop.written("identity.send_code", CodeSent, customer_id=None, key=key)

    async def check_code(self, *, challenge_id: str, code: str, key: str) -> Verification:
        return await self.shop.write(
            Call("identity.check_code", key, None, {"challenge_id": challenge_id, "code": code}),
            Verification,
            lambda session: identity_checks.check_code(session, challenge_id, code),
        )

    async def find_code_check(self, *, challenge_id: str, key: str) -> Verification | None:
        return await self.shop.written("identity.check_code", Verification, customer_id=None, key=key)

    async def start_password_reset(self, *, email: str, key: str) -> PasswordReset:
        return await self.shop.write(
            Call("identity.start_password_reset", key, None, {"email": email}),
            PasswordReset,
            lambda session: identity_checks.start_password_reset(session, email),
        )

    async def find_password_reset(self, *, email: str, key: str) -> PasswordReset | None:
        return await self.shop.written(
            "identity.start_password_reset", PasswordReset, customer_id=None, key=key
        )
