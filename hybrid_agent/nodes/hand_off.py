"""Passes the conversation to a person with everything that is known, so that the customer repeats nothing."""

from hybrid_agent.dialogue import requests as queue
from hybrid_agent.dialogue.closing.packet import build_packet, farewell, hand_off_id, recorded
from hybrid_agent.dialogue.reasons import UNSPECIFIED
from hybrid_agent.nodes.here import Here
from hybrid_agent.records import approvals, hand_offs
from hybrid_agent.state import Escalation, Event, EventKind, Phase, State, Update


async def hand_off(state: State, here: Here) -> Update:
    """Open the hand-off; what waits for approval is withdrawn and proposed to the person instead."""
    escalation = state["escalation"] or Escalation(reasons=(UNSPECIFIED,))
    deployment, now = here.deployment, here.deployment.clock()
    packet = build_packet(state, escalation, deployment)
    async with deployment.records.write() as tx:
        await approvals.withdraw(tx, thread=here.thread, by=deployment.worker, reason="handed off", now=now)
        packet |= await recorded(tx, here.thread)
        await hand_offs.register(
            tx,
            hand_off_id(here.thread, state["turn"]),
            escalation,
            thread=here.thread,
            customer_id=state.get("customer_id"),
            packet=packet,
            service=deployment.service,
            now=now,
        )
    open_ones = [request for request in state["requests"] if request.phase not in queue.FINISHED]
    passed = [request.model_copy(update={"phase": Phase.HANDED_OFF}) for request in open_ones]
    event = Event(
        kind=EventKind.ESCALATED,
        at=now,
        turn=state["turn"],
        intent=passed[0].intent if passed else None,
        data={"reasons": list(escalation.reasons)},
    )
    return {
        "requests": queue.replaced(state["requests"], *passed),
        "question": None,
        "misunderstood": 0,
        "points": [*state["points"], farewell(escalation, deployment)],
        "escalation": escalation,
        "events": [*state["events"], event],
    }
