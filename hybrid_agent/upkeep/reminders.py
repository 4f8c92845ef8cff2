"""Reminders: an approval that soon expires and a hand-off that nobody took up in time, once each."""

import logging

from pydantic import JsonValue

from hybrid_agent.deployment import Deployment
from hybrid_agent.records import Transaction, approvals, events, hand_offs
from hybrid_agent.records.models import Approval, HandOff
from hybrid_agent.state import Event, EventKind

log = logging.getLogger(__name__)


async def remind(deployment: Deployment) -> tuple[str, ...]:
    """The ids of what was reminded of now: marked, an event, and a warning in the log, all once each."""
    now, service = deployment.clock(), deployment.service
    async with deployment.records.write() as tx:
        waiting = await approvals.remind(tx, now=now, before=service.remind_before)
        passed = await hand_offs.remind(tx, now=now)
        for approval in waiting:
            await _record(tx, approval, deployment, approval_id=approval.id, due=approval.expires.isoformat())
        for hand_off in passed:
            await _record(tx, hand_off, deployment, hand_off_id=hand_off.id, due=hand_off.due.isoformat())
    for approval in waiting:
        log.warning("approval %s expires at %s and nobody has decided", approval.id, approval.expires)
    for hand_off in passed:
        log.warning("hand-off %s was due at %s and nobody has taken it up", hand_off.id, hand_off.due)
    return (*(each.id for each in waiting), *(each.id for each in passed))


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
