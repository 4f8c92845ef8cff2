"""The inbox: which conversations need a person, in which order, and what was decided before."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

from cli_kit import run_inside
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from records_kit import HOUR, NOW, action, ask, hand_off
from sqlalchemy import update

from hybrid_agent.records import Records, approvals, hand_offs, messages, ownership
from hybrid_agent.records.cases import Case, CaseKind, Wanted, cases, count
from hybrid_agent.records.models import Approve, By, Reject, Said
from hybrid_agent.records.schema import approvals as table
from hybrid_agent.records.searching import history, search
from hybrid_agent.settings import ServiceSettings

pytest_plugins = ("records_fixtures",)

SERVICE = ServiceSettings()
CHOSEN: list[tuple[dict[str, Any], list[str]]] = [
    ({"kind": CaseKind.APPROVAL}, ["both"]),
    ({"kind": CaseKind.HAND_OFF}, ["both", "late"]),
    ({"kind": CaseKind.HELD}, ["held"]),
    ({"person": "mia"}, ["held"]),
    ({"person": "tom"}, []),
    ({"thread": "late"}, ["late"]),
    ({"thread": "done"}, []),
    ({"limit": 1}, ["held"]),
]
SOUGHT = [
    ("c1", ["t1"]),
    ("t2", ["t2"]),
    ("order 1001", ["t1"]),
    ("wool_coat", ["t1"]),
    ("100%", ["t1"]),
    ("WHERE is it", ["t2"]),
    ("wool", ["t2", "t1"]),
    ("%", []),
    ("' OR 1=1 --", []),
    ("  ", []),
]


async def listed(records: Records, **wanted: Any) -> list[Case]:
    async with records.read() as connection:
        return await cases(connection, now=NOW, service=SERVICE, wanted=Wanted(**wanted))


async def filled(records: Records) -> None:
    """`both` has an approval and a hand-off, `late` a hand-off, `held` a person, `done` nothing any more."""
    async with records.write() as tx:
        await ask(tx, action("a1", customer="c1"), "p1", thread="both")
        await hand_off(tx, "h1", thread="both")
        await hand_off(tx, "h2", thread="late")
        await ownership.take(tx, "held", by="mia", now=NOW - HOUR / 2 + timedelta(minutes=1))
        await ask(tx, action("a2", customer="c2"), "p2", thread="done")
        second = action(customer="c2").digest
        await approvals.decide(tx, "p2", digest=second, decision=Reject(), by="tom", now=NOW)
        await hand_off(tx, "h3", thread="done")
        await hand_offs.close(tx, "h3", by="mia", now=NOW + HOUR)


async def test_cases_come_by_when_they_are_due(records: Records) -> None:
    """Who is about to lose a conversation first, then what expires, then what is to be taken up."""
    await filled(records)
    held, both, late = await listed(records)
    assert (held.thread, held.kinds, held.person) == ("held", (CaseKind.HELD,), "mia")
    assert held.due == NOW + timedelta(minutes=1)
    assert (both.thread, both.kinds) == ("both", (CaseKind.APPROVAL, CaseKind.HAND_OFF))
    assert (both.due, both.approvals, both.hand_offs) == (NOW + HOUR, ("p1",), ("h1",))
    assert (late.thread, late.due, late.reasons) == ("late", NOW + HOUR * 4, ("angry", "low_confidence"))
    async with records.read() as connection:
        counted = await count(connection, now=NOW)
    assert counted.model_dump() == {"all": 3, "approvals": 1, "hand_offs": 2, "held": 1, "overdue": 0}


async def test_cases_are_chosen(records: Records) -> None:
    """By kind, by who has them, one alone, so many."""
    await filled(records)
    for wanted, threads in CHOSEN:
        assert [each.thread for each in await listed(records, **wanted)] == threads, wanted


steps = st.lists(st.tuples(st.sampled_from(["ask", "pass", "take"]), st.integers(0, 6)), max_size=12)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.integers(1, 4))
async def test_pages_show_every_case_once_in_order(records: Records, steps: Any, limit: int) -> None:
    """Whatever waits, going on from page to page shows each conversation once, by when it is due."""
    async with records.write() as tx:
        for place, (what, thread) in enumerate(steps):
            name = str(uuid4())
            if what == "ask":
                await ask(tx, action(name, customer=name), name, thread=f"t{thread}")
            elif what == "pass":
                await hand_off(tx, name, thread=f"t{thread}")
            else:
                await ownership.take(tx, f"t{thread}", by="mia", now=NOW + timedelta(minutes=place))
    everything = await listed(records, limit=1000)
    paged: list[Case] = []
    while page := await listed(records, limit=limit, after=paged[-1].place if paged else None):
        paged += page
    assert paged == everything
    assert [each.place for each in everything] == sorted({each.place for each in everything})
    assert len({each.thread for each in everything}) == len(everything)


async def talked(records: Records) -> None:
    """Two customers say something."""
    async with records.write() as tx:
        for thread, customer, text in (
            ("t1", "c1", "My 100% wool_coat has a hole"),
            ("t2", "c2", "Where is it, the 100 wool coats?"),
        ):
            await messages.open_conversation(tx, thread, owner=customer, customer_id=customer, now=NOW)
            await messages.add(tx, thread, [Said(mark="1", by=By.CUSTOMER, text=text, at=NOW)])
        await ask(tx, action("a1", customer="c1"), "p1", thread="t1")


async def test_conversations_are_found(records: Records) -> None:
    """By customer, id, words and what was to be done; wildcards and quotes are only themselves."""
    await talked(records)
    async with records.read() as connection:
        for text, threads in SOUGHT:
            assert [each.thread for each in await search(connection, text)] == threads, text


async def test_history_says_who_decided_what_and_when(records: Records) -> None:
    """The latest first, of one person or conversation, and what time decided is nobody's."""
    await filled(records)
    async with records.write() as tx:
        await approvals.decide(tx, "p1", digest=action().digest, decision=Approve(), by="tom", now=NOW)
        await ask(tx, action("a4", customer="c4"), "p4", thread="over")
        await tx.execute(update(table).where(table.c.id == "p4").values(needed=2))
        first = action(customer="c4").digest
        await approvals.decide(tx, "p4", digest=first, decision=Approve(), by="ann", now=NOW + HOUR / 2)
        await approvals.expire_due(tx, now=NOW + HOUR * 2, limit=50)
    async with records.read() as connection:
        done = await history(connection)
        by_tom = await history(connection, by="tom")
        earlier = await history(connection, before=NOW + HOUR)
    assert [(each.id, each.outcome, each.by) for each in done] == [
        ("p4", "expired", None),
        ("h3", "closed", "mia"),
        ("p4", "signed", "ann"),
        ("p1", "approved", "tom"),
        ("p2", "rejected", "tom"),
    ]
    assert [each.id for each in by_tom] == ["p1", "p2"]
    assert [each.id for each in earlier] == ["p4", "p1", "p2"]


def test_the_inbox_is_measured_with_counts() -> None:
    """`bench inbox` fills a database of its own and says what it found there."""
    ended = run_inside("bench", "inbox", "--open", "60", "--closed", "12", "--json")
    assert ended.returncode == 0, ended.stderr
    took = json.loads(ended.stdout)["took"]
    assert (took["inbox"]["rows"], took["one case"]["rows"], took["search, nothing"]["rows"]) == (50, 1, 0)
