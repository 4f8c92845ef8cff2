"""Hand-offs and ownership: one person has a conversation, and nothing handed over is lost or doubled."""

import asyncio

import pytest
from records_kit import HOUR, NOW, action, ask, effect, hand_off

from hybrid_agent.records import ContradictionError, Records, UnknownRecordError, hand_offs, ownership
from hybrid_agent.records.models import ApprovalStatus, EffectStatus, Ownership, Taken

pytest_plugins = ("records_fixtures",)


async def take(records: Records, by: str) -> Taken:
    """Take the conversation t1."""
    async with records.write() as tx:
        return await ownership.take(tx, "t1", by=by, now=NOW)


async def test_a_hand_off_is_opened_once_with_its_packet(records: Records) -> None:
    """Opening again changes nothing, and the packet comes back whole."""
    async with records.write() as tx:
        first = await hand_off(tx)
        again = await hand_off(tx)
    assert again == first
    assert (first.reasons, first.packet) == (("angry", "low_confidence"), {"summary": "wants a refund"})


async def test_a_hand_off_id_belongs_to_one_conversation(records: Records) -> None:
    """The same id in another conversation is refused."""
    with pytest.raises(ContradictionError, match="hand-off h1"):
        async with records.write() as tx:
            await hand_off(tx)
            await hand_off(tx, thread="t2")


async def test_closed_hand_offs_leave_the_list_of_open_ones(records: Records) -> None:
    """The list shows what is open, or all; who closed first is kept; an unknown one is named."""
    async with records.write() as tx:
        await hand_off(tx, "h1")
        await hand_off(tx, "h2", thread="t2")
        await hand_offs.close(tx, "h1", by="ann", now=NOW + HOUR)
        again = await hand_offs.close(tx, "h1", by="bob", now=NOW + HOUR * 2)
    assert (again.closed_by, again.closed) == ("ann", NOW + HOUR)
    async with records.read() as connection:
        assert [each.id for each in await hand_offs.listing(connection)] == ["h2"]
        assert [each.id for each in await hand_offs.listing(connection, open_only=False)] == ["h1", "h2"]
        assert await hand_offs.listing(connection, thread="t1") == []
    with pytest.raises(UnknownRecordError, match="hand-off nope"):
        async with records.write() as tx:
            await hand_offs.close(tx, "nope", by="ann", now=NOW)


async def test_a_conversation_is_the_bots_until_somebody_takes_it(records: Records) -> None:
    """Nobody has to be told that a new conversation is the bot's."""
    async with records.read() as connection:
        assert await ownership.owner(connection, "t1") == Ownership(thread="t1")
        assert await ownership.taken(connection) == []


async def test_of_two_people_one_takes_the_conversation(records: Records) -> None:
    """Racing takers: one has it, the others learn who; taking it again is harmless."""
    answers = await asyncio.gather(*(take(records, f"p{n}") for n in range(8)))
    winners = [answer for answer in answers if answer.done]
    assert len(winners) == 1
    person = winners[0].ownership.person
    assert {answer.ownership.person for answer in answers} == {person}
    again = await take(records, str(person))
    assert (again.done, again.changed) == (True, False)


async def test_only_the_owner_gives_a_conversation_back(records: Records) -> None:
    """Others cannot release it; the owner can, again without harm, and then it may be taken anew."""
    await take(records, "ann")
    async with records.write() as tx:
        others = await ownership.release(tx, "t1", by="bob", now=NOW)
        own = await ownership.release(tx, "t1", by="ann", now=NOW + HOUR)
        again = await ownership.release(tx, "t1", by="ann", now=NOW + HOUR * 2)
    assert (others.done, others.ownership.person) == (False, "ann")
    assert (own.done, own.ownership.since) == (True, NOW + HOUR)
    assert (own.changed, again.changed) == (True, False)
    assert (again.done, again.ownership) == (own.done, own.ownership)
    assert (await take(records, "bob")).done


async def test_taking_a_conversation_withdraws_what_waits_in_it(records: Records) -> None:
    """The approvals of that conversation are withdrawn, their effects dropped, in one transaction."""
    async with records.write() as tx:
        await ask(tx, action())
        await ask(tx, action("a2", n=2), "p2", thread="t2")
    taken = await take(records, "ann")
    assert [(each.id, each.status) for each in taken.withdrawn] == [("p1", ApprovalStatus.WITHDRAWN)]
    assert (await effect(records)).status is EffectStatus.DROPPED
    assert (await effect(records, "a2")).status is EffectStatus.PROPOSED
