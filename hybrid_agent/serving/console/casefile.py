"""A conversation's file: all that the records hold of it, read in one go."""

from dataclasses import dataclass
from datetime import datetime

from hybrid_agent.deployment import Deployment
from hybrid_agent.records import approvals, events, hand_offs, ledger, messages, ownership
from hybrid_agent.records.models import (
    Approval,
    ApprovalStatus,
    Conversation,
    Effect,
    HandOff,
    Message,
    Ownership,
    Recorded,
    Signature,
)

SHOWN_MESSAGES = 200
"""The last messages of a conversation that a page shows; of a longer one it says that there are more."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What is on record of a conversation at `at`; `signatures` are on approvals that need several."""

    thread: str
    at: datetime
    conversation: Conversation | None
    messages: tuple[Message, ...]
    approvals: tuple[Approval, ...]
    signatures: tuple[Signature, ...]
    hand_offs: tuple[HandOff, ...]
    effects: tuple[Effect, ...]
    events: tuple[Recorded, ...]
    ownership: Ownership

    @property
    def pending(self) -> tuple[Approval, ...]:
        """What waits for a decision, the first to expire first."""
        waiting = [
            each
            for each in self.approvals
            if each.status is ApprovalStatus.PENDING and each.expires > self.at
        ]
        return tuple(sorted(waiting, key=lambda each: each.expires))

    @property
    def is_cut(self) -> bool:
        """Whether there may be earlier messages than these."""
        return len(self.messages) == SHOWN_MESSAGES

    @property
    def open_hand_offs(self) -> tuple[HandOff, ...]:
        """What was handed over and is not closed."""
        return tuple(each for each in self.hand_offs if each.status == "open")

    @property
    def person(self) -> str | None:
        """The member of staff who has the conversation."""
        return self.ownership.person

    @property
    def customer_id(self) -> str | None:
        """The customer, if they are known."""
        sources = (self.conversation, *self.approvals, *self.hand_offs)
        return next((each.customer_id for each in sources if each and each.customer_id), None)

    @property
    def is_case(self) -> bool:
        """Whether it needs a person now."""
        return bool(self.pending or self.open_hand_offs or self.person)


async def case_file(deployment: Deployment, thread: str) -> CaseFile | None:
    """The file of a conversation; None where nothing is on record of it."""
    now = deployment.clock()
    async with deployment.records.read() as connection:
        found = CaseFile(
            thread=thread,
            at=now,
            conversation=await messages.conversation(connection, thread),
            messages=tuple(await messages.of_thread(connection, thread, limit=SHOWN_MESSAGES)),
            approvals=(asked := tuple(await approvals.of_thread(connection, thread))),
            signatures=tuple(
                await approvals.signed(connection, *(each.id for each in asked if each.needed > 1))
            ),
            hand_offs=tuple(await hand_offs.listing(connection, thread=thread, open_only=False)),
            effects=tuple(await ledger.of_thread(connection, thread)),
            events=tuple(await events.listing(connection, thread=thread)),
            ownership=await ownership.owner(connection, thread),
        )
    known = found.conversation or found.approvals or found.hand_offs or found.person
    return found if known else None
