"""Staff who are signed in: a random token in a browser's cookie, its hash in the records."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final

from hybrid_agent.caller import Kind
from hybrid_agent.records import Records, sessions
from hybrid_agent.records.staff import StaffSession
from hybrid_agent.serving.errors import InvalidCredentialError
from hybrid_agent.serving.people import Person, Proof, Role

PREFIX: Final = "ha-session."
BYTES: Final = 32
SEEN: Final = timedelta(minutes=1)
"""A session is noted as seen no more often, for every note is a write."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who has just proved who they are: `via` is how."""

    user: str
    name: str
    role: Role
    roles: frozenset[str]
    via: str


@dataclass(frozen=True, slots=True)
class Times:
    """A session ends after `idle` without being used, and at the latest after `longest`."""

    idle: timedelta
    longest: timedelta


def session_id(token: str) -> str:
    """What the records know a session by: its token cannot be had from them."""
    return hashlib.sha256(token.encode()).hexdigest()


async def begin(records: Records, who: SignedIn, times: Times, now: datetime) -> str:
    """Enter a session and return its token; sessions whose time is over are removed on the way."""
    token = PREFIX + token_urlsafe(BYTES)
    session = StaffSession(
        id=session_id(token),
        user=who.user,
        name=who.name,
        role=who.role.label,
        roles=who.roles,
        via=who.via,
        created=now,
        seen=now,
        expires=now + times.longest,
    )
    async with records.write() as tx:
        await sessions.end_stale(tx, now=now, idle=times.idle)
        await sessions.begin(tx, session)
    return token


async def person_of(
    records: Records, token: str, times: Times, now: datetime, proof: Proof, *, used: bool
) -> Person:
    """Whose session it is; `used` puts off its end. Raises InvalidCredentialError where it has ended."""
    async with records.read() as connection:
        session = await sessions.get(connection, session_id(token))
    if session is None:
        raise InvalidCredentialError("this session has ended")
    if now >= session.expires or now >= session.seen + times.idle:
        raise InvalidCredentialError(
            "this session has ended: it was not used for too long, or lasted too long"
        )
    if used and now >= session.seen + SEEN:
        async with records.write_relaxed() as tx:
            await sessions.saw(tx, session.id, now)
    return Person(
        kind=Kind.STAFF,
        id=session.user,
        name=session.name,
        credential=token,
        proof=proof,
        role=Role[session.role.upper()],
        roles=session.roles,
    )
