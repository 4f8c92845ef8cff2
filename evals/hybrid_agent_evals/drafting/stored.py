"""A conversation as a deployment stored it: its messages, and what staff decided of it."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from langchain_core.messages import HumanMessage
from langgraph.checkpoint.base import BaseCheckpointSaver
from pydantic import JsonValue

from hybrid_agent.checkpoints import knowing_our_types
from hybrid_agent.cli.failing import NotPossibleError
from hybrid_agent.cli.opening import conversations_in
from hybrid_agent.cli.places import Place
from hybrid_agent.loading import records_for
from hybrid_agent.records import Records, approvals, events, hand_offs, ledger
from hybrid_agent.records.models import Approval, ApprovalStatus, Edit, EffectStatus, Recorded
from hybrid_agent.settings import Settings, read_settings
from hybrid_agent.state import EventKind
from hybrid_agent_evals.cases.turns import NOBODY, Turn
from hybrid_agent_evals.drafting.observing import endings
from hybrid_agent_evals.drafting.recording import Happened, Recording, Staff, decision, in_order

DEEDS: Mapping[ApprovalStatus, str] = {
    ApprovalStatus.APPROVED: "approve",
    ApprovalStatus.EDITED: "edit",
    ApprovalStatus.REJECTED: "reject",
    ApprovalStatus.RESPONDED: "respond",
    ApprovalStatus.TAKEN_OVER: "take_over",
}
LISTED = 5
"""How many conversations are named where the one that is meant is not there."""


async def stored(place: Place, thread: str) -> Recording:
    """The conversation from the checkpoints and the records, neither of which is changed.

    Raises NotPossibleError where there is no such conversation, ConfigurationError for files that cannot be
    used.
    """
    values = await _values(place.conversations, thread)
    settings = read_settings(place.deployment)
    records = await _opened(settings, place.deployment.parent)
    try:
        return await _recording(values, records, thread)
    finally:
        await records.aclose()


async def _values(file: Path, thread: str) -> Mapping[str, Any]:
    if not await asyncio.to_thread(file.is_file):
        raise NotPossibleError(
            f"{file} is not there\n  Name the folder that `chat` kept its conversations in with --state."
        )
    saver, stack = await conversations_in(file)
    async with stack:
        knowing = cast("BaseCheckpointSaver[Any]", knowing_our_types(saver))
        found = await knowing.aget_tuple({"configurable": {"thread_id": thread}})
        if found is None:
            known = await _threads(knowing)
            raise NotPossibleError(f"{file} has no conversation {thread!r}\n  The last ones: {known}")
        return dict(found.checkpoint["channel_values"])


async def _threads(saver: BaseCheckpointSaver[Any]) -> str:
    seen = dict[str, None]()
    async for each in saver.alist(None, limit=200):
        seen.setdefault(str(each.config["configurable"]["thread_id"]))
    return ", ".join(list(seen)[:LISTED]) or "none"


async def _opened(settings: Settings, folder: Path) -> Records:
    return await asyncio.to_thread(records_for, settings, folder)


async def _recording(values: Mapping[str, Any], records: Records, thread: str) -> Recording:
    async with records.read() as connection:
        happened = await events.listing(connection, thread=thread)
        decided = await approvals.of_thread(connection, thread)
        opened = await hand_offs.listing(connection, thread=thread, open_only=False)
        effects = await ledger.of_thread(connection, thread)
    staff = Staff()
    said = [each for each in values["messages"] if isinstance(each, HumanMessage)]
    turns = [
        *_messages(said, happened, values["started"]),
        *_decisions(decided, staff),
        *_taken(happened, staff),
    ]
    done = [each.operation for each in effects if each.status is EffectStatus.SUCCEEDED]
    reasons = [reason for each in opened for reason in each.reasons]
    return Recording(
        source="a stored conversation",
        at=min(each.at for each in turns),
        customer=values.get("customer_id") or NOBODY,
        turns=in_order(turns),
        ended=endings(values["status"].value, done, reasons),
        records=_records(values, decided),
    )


def _messages(
    said: Sequence[HumanMessage], happened: Iterable[Recorded], last: datetime
) -> Iterator[Happened]:
    """The customer's messages; one whose own arrival is not on record was read with the next."""
    events = [each.event for each in happened]
    received = {each.turn: each.at for each in events if each.kind is EventKind.RECEIVED}
    agreed = {each.turn for each in events if each.kind is EventKind.CONFIRMED}
    at, placed = last, list[Happened]()
    for message in reversed(said):
        at = received.get(str(message.id), at)
        means = True if str(message.id) in agreed else None
        placed.append(Happened(at, Turn(customer=str(message.text), means=means)))
    yield from reversed(placed)


def _decisions(decided: Iterable[Approval], staff: Staff) -> Iterator[Happened]:
    for each in decided:
        if each.status in DEEDS and each.decided_at is not None and each.decided_by and each.decision:
            yield Happened(each.decided_at, _decision(each, staff.name(each.decided_by)))


def _decision(approval: Approval, by: str) -> Turn:
    given = approval.decision if isinstance(approval.decision, dict) else {}
    kind = DEEDS[approval.status]
    says = str(given.get("text") or given.get("reason") or "")
    if kind != "edit":
        return decision(kind, by, says=says)
    changed = Edit.model_validate(approval.decision).action.arguments
    payload = approval.payload if isinstance(approval.payload, dict) else {}
    shown = payload.get("arguments")
    before = shown if isinstance(shown, dict) else {}
    return decision(
        kind, by, says=says, arguments={k: v for k, v in changed.items() if before.get(k) != v} or changed
    )


def _taken(happened: Iterable[Recorded], staff: Staff) -> Iterator[Happened]:
    """Taking over and giving back, without the decision on an approval that said so."""
    kinds = {EventKind.TAKEN_OVER: "take_over", EventKind.RELEASED: "release"}
    for each in (one.event for one in happened):
        if each.kind in kinds and "approval_id" not in each.data:
            yield Happened(each.at, decision(kinds[each.kind], staff.name(str(each.data["by"]))))


def _records(values: Mapping[str, Any], decided: Iterable[Approval]) -> JsonValue:
    parts = (*values.get("evidence", ()), *values.get("requests", ()), *decided)
    return [each.model_dump(mode="json") for each in parts]
