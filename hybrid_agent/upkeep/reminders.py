"""Reminders: an approval that soon expires and a hand-off that nobody took up in time, once each."""

import logging

from pydantic import JsonValue

from hybrid_agent.deployment import Deployment
from hybrid_agent.records import Transaction, approvals, events, hand_offs
from hybrid_agent.records.models import Approval, HandOff
from hybrid_agent.state import Event, EventKind

AT_ONCE = 50
"""So many are marked in one transaction and named in one line."""

log = logging.getLogger(__name__)


async def remind(deployment: Deployment) -> tuple[str, ...]:
    """The ids of what was reminded of now: marked, an event, and named in a warning of the log, once each."""
    reminded = list[str]()
    while some := await _remind_some(deployment):
        reminded += some
    return tuple(reminded)


async def _remind_some(deployment: Deployment) -> list[str]:
    now, service = deployment.clock(), deployment.service
    async with deployment.records.write() as tx:
        waiting = await approvals.remind(tx, now=now, before=service.remind_before, limit=AT_ONCE)
        passed = await hand_offs.remind(tx, now=now, limit=AT_ONCE)
        for approval in waiting:
            await _record(tx, approval, deployment, approval_id=approval.id, due=approval.expires.isoformat())
        for hand_off in passed:
            await _record(tx, hand_off, deployment, hand_off_id=hand_off.id, due=hand_off.due.isoformat())
    decide, take = [each.id for each in waiting], [each.id for each in passed]
    if decide:
        log.warning("nobody has decided approvals that expire soon: %s", ", ".join(decide))
    if take:
        log.warning("nobody has taken up hand-offs that are due: %s", ", ".join(take))
    return [*decide, *take]


async def _record(
    tx: Transaction, about: Approval | HandOff, deployment: Deployment, **data: JsonValue
) -> None:
    event = Event(
        kind=EventKind.REMINDED,
        at=deployment.clock(),
        turn=f"reminder:{about.id}",
        intent=about.intent,
        data=data,
    )
    await events.append(tx, [event], thread=about.thread, customer_id=about.customer_id)
