"""What members of staff are called, for whoever reads what they wrote."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records.schema import accounts, sessions


async def names_of(connection: AsyncConnection, users: Collection[str]) -> Mapping[str, str]:
    """The names of these users as they last signed in, or as their accounts have them; none is left out
    whose name is known."""
    if not users:
        return {}
    signed_in = select(sessions.c.user, sessions.c.name).where(sessions.c.user.in_(users))
    local = select(accounts.c.user, accounts.c.name).where(accounts.c.user.in_(users))
    found: dict[str, str] = {}
    for query in (signed_in.order_by(sessions.c.created), local):
        found |= {row.user: row.name for row in await connection.execute(query)}
    return found
