"""Forgetting a customer: everything personal goes, and a search proves it."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from hybrid_agent.deployment import Deployment
from hybrid_agent.records import BusyError, approvals, hand_offs, ledger, proving
from hybrid_agent.records.erasing import Reason, erase, erasure, fingerprint, in_the_way, threads_of
from hybrid_agent.redaction.personal import distinct
from hybrid_agent.redaction.records import known_in
from hybrid_agent.upkeep.errors import CannotForgetError
from hybrid_agent.upkeep.memories import Checkpoints

DISTINCTIVE = frozenset(
    {
        *("name", "email", "phone", "address", "street", "iban", "card", "account", "national_id"),
        *("birth_date", "private_id"),
    }
)
"""Kinds of personal values that are looked for afterwards; others, such as cities, many people share."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The proof: in how many conversations what was removed or made anonymous, and what a search still finds.

    `values` counts the personal values that were known before and were searched for beside the id;
    `id_left` and `values_left` say in which columns how many rows still hold them. `compact` is False where
    another process kept the database's file from being overwritten.
    """

    fingerprint: str
    conversations: int
    changed: Mapping[str, int]
    values: int
    id_left: Mapping[str, int]
    values_left: Mapping[str, int]
    compact: bool


async def conversations_of(deployment: Deployment, customer_id: str) -> list[str]:
    """The conversations that would be forgotten. Raises CannotForgetError where that is not possible now."""
    _expect_id(customer_id)
    async with deployment.records.read() as connection:
        threads = await threads_of(connection, customer_id)
        _expect_finished(await in_the_way(connection, threads))
    return threads


async def forget(deployment: Deployment, customer_id: str, *, checkpoints: Checkpoints, by: str) -> Forgotten:
    """Remove a customer's conversations and make anonymous what was done for them; again is harmless.

    Raises CannotForgetError where something of theirs is still going on: then nothing was changed.
    """
    threads, now = await conversations_of(deployment, customer_id), deployment.clock()
    async with deployment.records.read() as connection:
        known = await _personal_values(connection, threads, deployment)
    await checkpoints.delete(threads)
    mark, salt = fingerprint(customer_id, now), secrets.token_hex(16)
    async with deployment.records.write() as tx:
        threads = await threads_of(tx, customer_id)
        _expect_finished(await in_the_way(tx, threads))
        async with erasure(tx, why=Reason.FORGOTTEN, by=by, now=now, of=mark) as counts:
            counts.update(await erase(tx, threads, salt=salt))
    compact = await _compacted(deployment)
    async with deployment.records.read() as connection:
        id_left = await proving.found(connection, [customer_id])
        values_left = await proving.found(connection, known)
    return Forgotten(mark, len(threads), dict(counts), len(known), dict(id_left), dict(values_left), compact)


def _expect_id(customer_id: str) -> None:
    readable = "\0" not in customer_id and not any("\ud800" <= each <= "\udfff" for each in customer_id)
    if not customer_id.strip() or not readable:
        raise CannotForgetError(f"{customer_id!r} is no customer's id\n  Name the id as the shop has it.")


def _expect_finished(reasons: Sequence[str]) -> None:
    if reasons:
        listed = "\n".join(f"  {each}" for each in reasons)
        raise CannotForgetError(f"something is still going on for this customer\n{listed}")


async def _personal_values(
    connection: AsyncConnection, threads: Collection[str], deployment: Deployment
) -> frozenset[str]:
    """What the records tell of the customer in these conversations, before it is gone."""
    places, found = deployment.personal_places(), []
    for thread in threads:
        held = [
            *await ledger.of_thread(connection, thread),
            *await approvals.of_thread(connection, thread),
            *await hand_offs.listing(connection, thread=thread, open_only=False),
        ]
        found += [each for row in held for each in known_in(row.model_dump(mode="json"), places)]
    return frozenset(each.value for each in distinct(found).values() if each.kind in DISTINCTIVE)


async def _compacted(deployment: Deployment) -> bool:
    try:
        await deployment.records.compact()
    except BusyError:
        return False
    return True
