"""Who of the staff is signed in, in which browser: a session is known by the hash of its token alone."""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.records.rows import maybe, model
from hybrid_agent.records.schema import Relaxed, Transaction, sessions
from hybrid_agent.records.staff import StaffSession


async def begin(tx: Transaction, session: StaffSession) -> None:
    """Enter a session."""
    await tx.execute(insert(sessions).values({**session.model_dump(), "roles": sorted(session.roles)}))


async def get(connection: AsyncConnection, session_id: str) -> StaffSession | None:
    """One session, whether or not its time is over."""
    return maybe(
        StaffSession,
        (await connection.execute(select(sessions).where(sessions.c.id == session_id))).first(),
    )


async def of_user(connection: AsyncConnection, user: str) -> list[StaffSession]:
    """A user's sessions, the last seen first."""
    query = select(sessions).where(sessions.c.user == user).order_by(sessions.c.seen.desc(), sessions.c.id)
    return [model(StaffSession, row) for row in await connection.execute(query)]


async def saw(tx: Relaxed, session_id: str, now: datetime) -> None:
    """Note that the session is in use."""
    await tx.execute(update(sessions).where(sessions.c.id == session_id).values(seen=now))


async def end(tx: Transaction, session_id: str, *, user: str) -> None:
    """End a session of this user; ending it twice is harmless."""
    await tx.execute(delete(sessions).where(sessions.c.id == session_id, sessions.c.user == user))


async def end_of_user(tx: Transaction, user: str) -> None:
    """End every session of a user."""
    await tx.execute(delete(sessions).where(sessions.c.user == user))


async def end_stale(tx: Relaxed, *, now: datetime, idle: timedelta | None = None) -> None:
    """Remove the sessions whose time is over, and those that were not used for so long as `idle`."""
    over = sessions.c.expires <= now
    stale = over if idle is None else or_(over, sessions.c.seen <= now - idle)
    await tx.execute(delete(sessions).where(stale))
