"""Forgetting customers and keeping no longer than the rule says: what goes, what stays, and the proof."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from graph_kit import AGENT, ANNA, OLIVER, REFUND, Stage, form
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from records_kit import NOW
from sqlalchemy import text

from hybrid_agent import Deployment, voice
from hybrid_agent.records import RecordsError, events, open_records, proving
from hybrid_agent.records.erasing import fingerprint
from hybrid_agent.recovery import Recovered, recover
from hybrid_agent.state import Event, EventKind
from hybrid_agent.upkeep.errors import CannotForgetError
from hybrid_agent.upkeep.forgetting import Forgotten, conversations_of, forget
from hybrid_agent.upkeep.memories import InSaver, InSqlite
from hybrid_agent.upkeep.retention import retain

pytest_plugins = ("graph_fixtures", "records_fixtures")

EVENTS = "hybrid_agent_events"


@pytest.fixture
async def kept(stage: Stage, url: str) -> AsyncIterator[Stage]:
    """The stage with its records on either database."""
    async with await open_records(url) as records:
        yield stage.using(records=records)


async def lived(stage: Stage) -> None:
    """Anna was refunded, moved and was handed over; Oliver asked something, too."""
    (pending,) = (await stage.say(REFUND, "anna")).approvals
    await stage.session.decide("anna", [form(pending, message="Anna Keller rang about it")], AGENT)
    await stage.say(
        "Please change the address of order 1001 to Hauptstraße 5, 10117 Berlin, Germany", "anna-2"
    )
    await stage.say("yes", "anna-2")
    await stage.say("I want to talk to a person", "anna-2")
    await stage.say("yes, please", "anna-2")
    await voice.say(stage.deployment, "anna-2", "Dear Anna, I look into it", AGENT, mark="1")
    await stage.say("where is my order 1002?", "oliver", OLIVER)


async def forgotten(stage: Stage, customer: str = "C-1001") -> Forgotten:
    assert stage.saver is not None
    return await forget(stage.deployment, customer, checkpoints=InSaver(stage.saver), by="ruth")


async def counted(stage: Stage, sql: str) -> int:
    """A number from the records, on either database."""
    async with stage.deployment.records.read() as connection:
        return int((await connection.execute(text(sql))).scalar_one())


async def test_a_forgotten_customer_is_nowhere_and_what_was_done_stays_without_them(kept: Stage) -> None:
    """Words, packets, arguments and links to the customer go; that a refund happened is still known.

    Nothing of another customer is touched, and the numbers of the service stay the same.
    """
    await lived(kept)
    async with kept.deployment.records.read() as connection:
        assert await proving.found(connection, ["C-1001"])
    of_oliver = f"SELECT count(*) FROM {EVENTS} WHERE customer_id = 'C-1002'"
    before = [await counted(kept, sql) for sql in (f"SELECT count(*) FROM {EVENTS}", of_oliver)]
    proof = await forgotten(kept)
    assert [await counted(kept, sql) for sql in (f"SELECT count(*) FROM {EVENTS}", of_oliver)] == before
    assert await counted(kept, "SELECT count(*) FROM hybrid_agent_messages WHERE thread = 'oliver'") == 2
    assert (proof.conversations, proof.id_left, proof.values_left) == (2, {}, {})
    assert proof.values >= 3
    assert proof.changed["hybrid_agent_messages removed"] >= 6
    done = "SELECT count(*) FROM hybrid_agent_effects WHERE status = 'succeeded' AND customer_id IS NULL"
    assert await counted(kept, done) == 2
    by = "SELECT count(*) FROM hybrid_agent_approvals WHERE decided_by = 'mia' AND status = 'approved'"
    assert await counted(kept, by) == 1
    assert not (await kept.values("anna")) and not (await kept.values("anna-2"))
    assert await kept.values("oliver")


async def test_the_numbers_of_the_service_stay(stage: Stage) -> None:
    """How the service was rated, and what staff said of a hand-off, stays; who, in which words, does not."""
    answers = {"enough_context": True, "customer_repeated": False, "suggestion_right": None}
    happened = [
        Event(kind=EventKind.RATED, at=NOW, data={"score": 2, "comment": "Anna Keller waited"}),
        Event(kind=EventKind.ASSESSED, at=NOW, data={"hand_off": "h1", "by": "mia", **answers}),
    ]
    async with stage.deployment.records.write() as tx:
        await events.append(tx, happened, thread="t", customer_id="C-1001")
    await forgotten(stage)
    assert [each.event.data for each in await stage.happened()] == [{"score": 2}, answers]


async def test_an_erasure_is_on_record_without_the_id(stage: Stage) -> None:
    """Who did it, when, how much, and a fingerprint that only the id itself can match."""
    await stage.say("where is order 1001?")
    proof = await forgotten(stage)
    async with stage.deployment.records.read() as connection:
        row = (await connection.execute(text("SELECT * FROM hybrid_agent_erasures"))).one()._mapping
    assert (row["of"], row["by"], row["why"]) == (proof.fingerprint, "ruth", "forgotten")
    assert row["ended"] is not None
    assert proof.fingerprint == fingerprint("C-1001", stage.clock())
    assert proof.fingerprint != fingerprint("C-1002", stage.clock())


async def test_forgetting_again_and_recovering_find_nothing(stage: Stage) -> None:
    """The second time there is nothing left, and no sweep takes what is anonymous for unfinished."""
    await lived(stage)
    await forgotten(stage)
    again = await forgotten(stage)
    assert (again.conversations, dict(again.changed)) == (0, {})
    stage.clock.turn(hours=9)
    assert await recover(stage.deployment) == Recovered()


async def test_after_an_erasure_events_only_grow_again(kept: Stage) -> None:
    """The way that an erasure has is closed with it."""
    await kept.say("where is order 1001?")
    await forgotten(kept)
    for sql in (f"UPDATE {EVENTS} SET intent = 'x'", f"DELETE FROM {EVENTS}"):
        with pytest.raises(RecordsError, match="never changed or removed"):
            async with kept.deployment.records.write() as tx:
                await tx.execute(text(sql))


async def test_what_is_going_on_comes_first(stage: Stage) -> None:
    """A pending approval keeps the customer on record; it is named, and nothing is changed."""
    (pending,) = (await stage.say(REFUND)).approvals
    before = await counted(stage, f"SELECT count(*) FROM {EVENTS}")
    with pytest.raises(CannotForgetError, match=f"approval {pending['id']} is pending"):
        await forgotten(stage)
    assert await counted(stage, f"SELECT count(*) FROM {EVENTS}") == before
    assert await stage.values("t")


async def test_an_action_under_way_comes_first(stage: Stage) -> None:
    """Nobody is forgotten while it is not known how an action of theirs ended."""
    await lived(stage)
    for outcome in ("executing", "unknown", "approved"):
        async with stage.deployment.records.write() as tx:
            one = "operation = 'orders.refund'"
            await tx.execute(text(f"UPDATE hybrid_agent_effects SET status = '{outcome}' WHERE {one}"))
        with pytest.raises(CannotForgetError, match=f"is {outcome}"):
            await forgotten(stage)


@pytest.mark.parametrize("customer", ["", "   ", "a\0b", "\ud800"])
async def test_what_is_no_id_is_refused(loaded: Deployment, customer: str) -> None:
    """Nothing is looked for under what cannot be an id."""
    with pytest.raises(CannotForgetError, match="no customer's id"):
        await conversations_of(loaded, customer)


async def test_an_id_is_taken_literally(kept: Stage) -> None:
    """Neither wildcards nor quotes nor the beginning of an id reach anybody else."""
    for customer in (ANNA, OLIVER):
        await kept.say("What are your opening hours?", customer.id, customer)
    for customer in ("%", "_", "C-100%", "' OR '1'='1", "C-1001'; --", "ü" * 300, '"\\', "C-100"):
        proof = await forgotten(kept, customer)
        assert (proof.conversations, dict(proof.changed)) == (0, {})
    assert await counted(kept, "SELECT count(*) FROM hybrid_agent_conversations") == 2


async def test_the_files_themselves_hold_nothing(stage: Stage, tmp_path: Path) -> None:
    """SQLite's files, journals included, have no byte of the customer any more."""
    async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "conversations.db")) as saver:
        await saver.setup()
        here = stage.on(stage.deployment, saver)
        await lived(here)
        files = [stage.folder / "records.db", tmp_path / "conversations.db"]
        assert any(b"Hauptstra" in each.read_bytes() for file in files for each in with_journals(file))
        proof = await forget(here.deployment, "C-1001", checkpoints=InSqlite(saver), by="ruth")
    assert proof.compact
    for word in (b"C-1001", b"Hauptstra", b"Keller"):
        assert not any(word in each.read_bytes() for file in files for each in with_journals(file))


def with_journals(file: Path) -> list[Path]:
    """A database's file with what SQLite keeps beside it."""
    return [each for each in file.parent.iterdir() if each.name.startswith(file.name)]


async def test_conversations_are_kept_as_long_as_the_rule_says(kept: Stage) -> None:
    """To the day; then they are anonymous, and after the second limit what was done goes, too."""
    await lived(kept)
    assert kept.saver is not None
    saved = InSaver(kept.saver)
    await voice.release(kept.deployment, "anna-2", AGENT)
    kept.clock.turn(days=364)
    assert (await retain(kept.deployment, checkpoints=saved)).conversations == 0
    await kept.say("where is my order 1002?", "oliver", OLIVER)
    kept.clock.turn(days=2)
    assert (await retain(kept.deployment, checkpoints=saved)).conversations == 2
    assert (await retain(kept.deployment, checkpoints=saved)).conversations == 0
    assert await counted(kept, "SELECT count(*) FROM hybrid_agent_conversations") == 1
    assert await counted(kept, "SELECT count(*) FROM hybrid_agent_effects") >= 2
    assert not (await kept.values("anna"))
    kept.clock.turn(days=7 * 365)
    await retain(kept.deployment, checkpoints=saved)
    assert await counted(kept, "SELECT count(*) FROM hybrid_agent_effects") == 0


async def test_what_waits_is_kept(stage: Stage) -> None:
    """A conversation with an open hand-off is not erased, however old."""
    await lived(stage)
    assert stage.saver is not None
    await voice.give_up(stage.deployment, "anna-2")
    stage.clock.turn(days=800)
    await retain(stage.deployment, checkpoints=InSaver(stage.saver))
    assert await counted(stage, "SELECT count(*) FROM hybrid_agent_conversations") == 1
    assert await conversations_of(replace(stage.deployment), ANNA.id) == ["anna-2"]
