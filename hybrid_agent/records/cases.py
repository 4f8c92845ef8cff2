"""Cases: conversations that need a person, most urgent first, for the console's inbox.

A conversation is a case while an approval of it is pending, a hand-off of it is open, or a person has it.
What waits has a time by which it is due: an approval expires, a hand-off is to be taken up, and a person who
says nothing loses the conversation.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import JsonValue
from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    distinct,
    exists,
    func,
    literal,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.frozen import Frozen
from hybrid_agent.records.models import Ownership
from hybrid_agent.records.schema import approvals, hand_offs, owners
from hybrid_agent.settings import ServiceSettings


class CaseKind(StrEnum):
    """Why a conversation is a case."""

    APPROVAL = "approval"
    HAND_OFF = "hand_off"
    HELD = "held"


class Place(NamedTuple):
    """A case's place in the order of cases, to go on after."""

    due: datetime
    thread: str


class Case(Frozen):
    """A conversation that needs a person. `due` is the first time at which something of it is due.

    `summaries` say what is to be decided or was handed over, `reasons` why it was; `deciders` are the roles
    that approvals of it name, `approvals` and `hand_offs` the ids of what waits. `person` has it, since
    `held`.
    """

    thread: str
    customer_id: str | None
    kinds: tuple[CaseKind, ...]
    due: datetime
    since: datetime
    urgent: bool = False
    summaries: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    risk: str | None = None
    deciders: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    hand_offs: tuple[str, ...] = ()
    person: str | None = None
    held: datetime | None = None

    @property
    def place(self) -> Place:
        """To list the cases after this one."""
        return Place(self.due, self.thread)


class Counted(Frozen):
    """How many conversations need a person, in all and by kind; one may be of several kinds.

    `overdue` hand-offs were promised to be taken up by now.
    """

    all: int
    approvals: int
    hand_offs: int
    held: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases: of one `kind`, of one `person` who has them, of one `thread`, those after a place."""

    kind: CaseKind | None = None
    person: str | None = None
    thread: str | None = None
    after: Place | None = None
    limit: int = 50


EVERYTHING = Wanted()


async def cases(
    connection: AsyncConnection, *, now: datetime, service: ServiceSettings, wanted: Wanted = EVERYTHING
) -> list[Case]:
    """The cases that are wanted, by when they are due; go on with `after=cases[-1].place`."""
    places = await _dated(connection, wanted, now)
    if wanted.kind in (None, CaseKind.HELD):
        places = sorted([*places, *await _merely_held(connection, wanted, now, service)])[: wanted.limit]
    if not places:
        return []
    threads = [place.thread for place in places]
    waiting = await _by_thread(connection, _pending(now).where(approvals.c.thread.in_(threads)))
    passed = await _by_thread(connection, _OPEN.where(hand_offs.c.thread.in_(threads)))
    held = await _by_thread(
        connection, select(owners).where(owners.c.thread.in_(threads), owners.c.person.is_not(None))
    )
    return [_case(each, waiting[each.thread], passed[each.thread], held[each.thread]) for each in places]


async def count(connection: AsyncConnection, *, now: datetime) -> Counted:
    """How many cases there are."""
    pending = select(approvals.c.thread).where(_waits(now))
    open_ones = select(hand_offs.c.thread).where(_IS_OPEN)
    held = select(owners.c.thread).where(_IS_HELD)
    overdue = select(func.count(distinct(hand_offs.c.thread))).where(_IS_OPEN, hand_offs.c.due <= now)
    everything = union(pending, open_ones, held).subquery()
    row = await connection.execute(
        select(
            select(func.count()).select_from(everything).scalar_subquery().label("all"),
            _threads(pending.subquery()).label("approvals"),
            _threads(open_ones.subquery()).label("hand_offs"),
            _threads(held.subquery()).label("held"),
            overdue.scalar_subquery().label("overdue"),
        )
    )
    return Counted.model_validate(dict(row.one()._mapping))


_IS_OPEN = hand_offs.c.status == "open"
_IS_HELD = owners.c.person > ""
"""Has an owner: written so that both databases find it by the index."""
_SINCE = func.coalesce(owners.c.heard, owners.c.since)
_OPEN = select(
    *(hand_offs.c[name] for name in ("id", "thread", "customer_id", "summary", "intent", "reasons")),
    *(hand_offs.c[name] for name in ("urgent", "opened", "due")),
).where(_IS_OPEN)


def _waits(now: datetime) -> ColumnElement[bool]:
    return and_(approvals.c.status == "pending", approvals.c.expires > now)


def _pending(now: datetime) -> Select[Any]:
    names = ("id", "thread", "customer_id", "summary", "intent", "created", "expires", "payload", "rules")
    return select(*(approvals.c[name] for name in names)).where(_waits(now))


def _threads(found: Subquery) -> ColumnElement[int]:
    return select(func.count(distinct(found.c.thread))).scalar_subquery()


async def _dated(connection: AsyncConnection, wanted: Wanted, now: datetime) -> list[Place]:
    """Conversations with something pending or open, by the first time at which any of it is due."""
    pending = select(approvals.c.thread, approvals.c.expires.label("due")).where(_waits(now))
    handed = select(hand_offs.c.thread, hand_offs.c.due).where(_IS_OPEN)
    one = {CaseKind.APPROVAL: pending, CaseKind.HAND_OFF: handed}
    kind = wanted.kind or CaseKind.HELD
    waiting = (one[kind] if kind in one else union_all(pending, handed)).subquery()
    due = func.min(waiting.c.due)
    query = select(waiting.c.thread, due.label("due")).group_by(waiting.c.thread)
    if wanted.person is not None or wanted.kind is CaseKind.HELD:
        query = query.join(owners, owners.c.thread == waiting.c.thread).where(*_by(wanted))
    if wanted.thread is not None:
        query = query.where(waiting.c.thread == wanted.thread)
    if wanted.after is not None:
        query = query.having(tuple_(due, waiting.c.thread) > _bound(*wanted.after))
    found = await connection.execute(query.order_by(due, waiting.c.thread).limit(wanted.limit))
    return [Place(row.due, row.thread) for row in found]


async def _merely_held(
    connection: AsyncConnection, wanted: Wanted, now: datetime, service: ServiceSettings
) -> list[Place]:
    """Conversations that a person has and nothing else waits in, by when they lose it."""
    waits = exists().where(approvals.c.thread == owners.c.thread, _waits(now))
    passed = exists().where(hand_offs.c.thread == owners.c.thread, _IS_OPEN)
    query = select(owners.c.thread, _SINCE.label("heard")).where(*_by(wanted), ~waits, ~passed)
    if wanted.thread is not None:
        query = query.where(owners.c.thread == wanted.thread)
    if wanted.after is not None:
        heard = wanted.after.due - service.idle_after
        query = query.where(tuple_(_SINCE, owners.c.thread) > _bound(heard, wanted.after.thread))
    found = await connection.execute(query.order_by(_SINCE, owners.c.thread).limit(wanted.limit))
    return [Place(row.heard + service.idle_after, row.thread) for row in found]


def _by(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    return (_IS_HELD,) if wanted.person is None else (owners.c.person == wanted.person,)


def _bound(at: datetime, thread: str) -> ColumnElement[Any]:
    return tuple_(literal(at, owners.c.since.type), literal(thread))


async def _by_thread(connection: AsyncConnection, query: Select[Any]) -> Mapping[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in await connection.execute(query):
        found[row.thread].append(row)
    return found


def _case(
    place: Place, waiting: Sequence[Row[Any]], passed: Sequence[Row[Any]], held: Sequence[Row[Any]]
) -> Case:
    waiting = sorted(waiting, key=lambda row: (row.expires, row.id))
    passed = sorted(passed, key=lambda row: (row.due, row.id))
    owner = Ownership.model_validate(dict(held[0]._mapping)) if held else Ownership(thread=place.thread)
    kinds = {CaseKind.APPROVAL: waiting, CaseKind.HAND_OFF: passed, CaseKind.HELD: held}
    began = [row.created for row in waiting] + [row.opened for row in passed]
    both = [*waiting, *passed]
    return Case(
        thread=place.thread,
        customer_id=next((row.customer_id for row in both if row.customer_id), None),
        kinds=tuple(kind for kind, rows in kinds.items() if rows),
        due=place.due,
        since=min([*began, *([owner.since] if owner.since else [])], default=place.due),
        urgent=any(row.urgent for row in passed),
        summaries=tuple(row.summary for row in both),
        reasons=tuple(dict.fromkeys(reason for row in passed for reason in row.reasons)),
        intents=tuple(dict.fromkeys(row.intent for row in both if row.intent)),
        risk=next((risk for row in waiting if (risk := _risk(row.payload))), None),
        deciders=tuple(sorted({role for row in waiting for role in deciders_of(row.rules)})),
        approvals=tuple(row.id for row in waiting),
        hand_offs=tuple(row.id for row in passed),
        person=owner.person,
        held=owner.since,
    )


def _risk(payload: JsonValue) -> str | None:
    risk = payload.get("risk") if isinstance(payload, dict) else None
    return risk if isinstance(risk, str) else None


def deciders_of(rules: JsonValue) -> frozenset[str]:
    """The roles that an approval's rules name."""
    listed = rules if isinstance(rules, list) else []
    return frozenset(str(rule["role"]) for rule in listed if isinstance(rule, dict) and "role" in rule)
