"""Local accounts of members of staff, for where no identity provider signs them in."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records import sessions
from hybrid_agent.records.errors import ContradictionError, UnknownRecordError
from hybrid_agent.records.rows import maybe, model, upsert
from hybrid_agent.records.schema import Transaction, accounts
from hybrid_agent.records.staff import Account


async def add(tx: Transaction, account: Account) -> None:
    """Enter an account. Raises ContradictionError where the user name is taken."""
    adding = upsert(tx, accounts).values(**_row(account)).on_conflict_do_nothing(index_elements=["user"])
    if (await tx.execute(adding.returning(accounts.c.user))).first() is None:
        raise ContradictionError(
            "there is an account of this user name already",
            where=f"account {account.user}",
            advice="Choose another name, or change that account.",
        )


async def get(connection: AsyncConnection, user: str) -> Account | None:
    """One account, if there is one of this user name."""
    return maybe(Account, (await connection.execute(select(accounts).where(accounts.c.user == user))).first())


async def listing(connection: AsyncConnection) -> list[Account]:
    """Every account by user name, those that are disabled too."""
    return [
        model(Account, row) for row in await connection.execute(select(accounts).order_by(accounts.c.user))
    ]


async def set_password(tx: Transaction, user: str, password: str) -> None:
    """Store the hash of a new password and end the user's sessions. Raises UnknownRecordError."""
    await _change(tx, user, password=password)
    await sessions.end_of_user(tx, user)


async def rehash(tx: Transaction, user: str, *, was: str, password: str) -> None:
    """Store another hash of the same password, unless it was changed meanwhile."""
    same = (accounts.c.user == user) & (accounts.c.password == was)
    await tx.execute(update(accounts).where(same).values(password=password))


async def set_role(tx: Transaction, user: str, role: str, roles: Collection[str]) -> None:
    """Give an account another role and approvers' roles; its sessions end. Raises UnknownRecordError."""
    await _change(tx, user, role=role, roles=sorted(roles))
    await sessions.end_of_user(tx, user)


async def disable(tx: Transaction, user: str, *, now: datetime) -> None:
    """Let an account sign in no more; its sessions end. Raises UnknownRecordError."""
    await _change(tx, user, disabled=now)
    await sessions.end_of_user(tx, user)


async def enable(tx: Transaction, user: str) -> None:
    """Let a disabled account sign in again. Raises UnknownRecordError."""
    await _change(tx, user, disabled=None)


async def _change(tx: Transaction, user: str, **values: object) -> None:
    changing = update(accounts).where(accounts.c.user == user).values(**values).returning(accounts.c.user)
    if (await tx.execute(changing)).first() is None:
        raise UnknownRecordError(
            "there is no such account",
            where=f"account {user}",
            advice="`hybrid-agent staff list` shows them.",
        )


def _row(account: Account) -> dict[str, object]:
    return {**account.model_dump(), "roles": sorted(account.roles)}
