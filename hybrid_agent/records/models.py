"""What the records hold, as frozen models."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from hybrid_agent.frozen import Frozen
from hybrid_agent.state import Action, Event


class EffectStatus(StrEnum):
    """How far an action has come; the last three are final, `unknown` waits for a person or a read-back."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    EXECUTING = "executing"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DROPPED = "dropped"


class Effect(Frozen):
    """An action on the ledger. `attempts` counts the claims; `claimed_until` ends the running one's lease.

    `settled_by` is the worker or person who said how it ended, `note` how they knew or why it was dropped.
    """

    id: str
    request_id: str
    thread: str
    customer_id: str | None
    intent: str
    operation: str
    arguments: Mapping[str, JsonValue]
    sources: Mapping[str, str]
    summary: str
    digest: str
    key: str
    status: EffectStatus
    approved_by: str | None = None
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    attempts: int = 0
    result: JsonValue = None
    error: str | None = None
    settled_by: str | None = None
    note: str | None = None
    created: datetime
    updated: datetime

    @property
    def action(self) -> Action:
        """The action as it was proposed."""
        return Action(
            id=self.id,
            request_id=self.request_id,
            operation=self.operation,
            arguments=self.arguments,
            sources=self.sources,
            customer_id=self.customer_id,
            summary=self.summary,
        )


class Claim(Frozen):
    """The answer to a claim: whether this worker may execute now, and the effect as it stands."""

    won: bool
    effect: Effect


class Outcome(Frozen):
    """How a call ended: with a result, with an error, or not known (`error` says why)."""

    status: Literal[EffectStatus.SUCCEEDED, EffectStatus.FAILED, EffectStatus.UNKNOWN]
    result: JsonValue = None
    error: str | None = None


class ApprovalStatus(StrEnum):
    """What became of an approval; everything but `pending` is final."""

    PENDING = "pending"
    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"
    RESPONDED = "responded"
    TAKEN_OVER = "taken_over"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Approval(Frozen):
    """An action that waits, or waited, for a person. `rules`, read by the policy, say who may decide.

    So many different people as are `needed` have to approve it.
    """

    id: str
    action_id: str
    thread: str
    customer_id: str | None
    intent: str
    operation: str
    digest: str
    summary: str
    payload: JsonValue
    rules: JsonValue
    needed: int = 1
    created: datetime
    expires: datetime
    status: ApprovalStatus
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: JsonValue = None
    reason: str | None = None
    reminded: datetime | None = None


class ApprovalRequest(Frozen):
    """An approval to be asked for: `payload` is what an inbox shows, after `expires` silence is no."""

    id: str
    rules: JsonValue
    payload: JsonValue
    expires: datetime
    needed: int = Field(1, ge=1)


class Signature(Frozen):
    """An approval by one of the people that it needs, on the arguments of this digest."""

    approval_id: str
    by: str
    digest: str
    reason: str
    at: datetime


class Approve(Frozen):
    """Do exactly this."""

    kind: Literal["approve"] = "approve"
    reason: str = ""


class Edit(Frozen):
    """Do this action instead. With `approval` the edited action needs an approval of its own first, of which
    the editor's is one if it is `signed`.
    """

    kind: Literal["edit"] = "edit"
    action: Action
    approval: ApprovalRequest | None = None
    signed: bool = False
    reason: str = ""


class Reject(Frozen):
    """Do not do it."""

    kind: Literal["reject"] = "reject"
    reason: str = ""


class Respond(Frozen):
    """Do not do it, and tell the customer this."""

    kind: Literal["respond"] = "respond"
    text: str
    reason: str = ""


class TakeOver(Frozen):
    """Do not do it; the person handles the conversation."""

    kind: Literal["take_over"] = "take_over"
    reason: str = ""


Decision = Annotated[Approve | Edit | Reject | Respond | TakeOver, Field(discriminator="kind")]


class Decided(Frozen):
    """A decision that counts. `effect` is the action it approved or dropped (after an edit, the edited one).

    `repeated` says that it was on record already; `then` is the further approval that an edit asked for. What
    is pending still waits for more people than those who `signed`.
    """

    approval: Approval
    effect: Effect
    repeated: bool = False
    then: Approval | None = None
    signed: tuple[str, ...] = ()

    @property
    def pending(self) -> Approval | None:
        """The approval that waits on after this decision."""
        waiting = self.then or self.approval
        return waiting if waiting.status is ApprovalStatus.PENDING else None


class Why(StrEnum):
    """Why a decision does not count."""

    UNKNOWN = "unknown"
    NOT_PENDING = "not_pending"
    STALE_DIGEST = "stale_digest"
    EXPIRED = "expired"
    DUPLICATE = "duplicate"


class Refusal(Frozen):
    """A decision that does not count: why, in a sentence to show, and the approval as it stands."""

    why: Why
    sentence: str
    approval: Approval | None = None


class HandOff(Frozen):
    """A conversation passed to a person, with everything they need in `packet`.

    `due` is until when it was to be taken up, `summary` and `intent` are the packet's, for lists.
    """

    id: str
    thread: str
    customer_id: str | None
    reasons: tuple[str, ...]
    detail: str
    summary: str
    intent: str | None
    urgent: bool
    packet: JsonValue
    status: Literal["open", "closed"]
    opened: datetime
    due: datetime
    reminded: datetime | None = None
    closed: datetime | None = None
    closed_by: str | None = None


class Ownership(Frozen):
    """Whose conversation it is: `person` is None while it is the bot's."""

    thread: str
    person: str | None = None
    since: datetime | None = None
    changed_by: str | None = None
    heard: datetime | None = None


class Taken(Frozen):
    """The answer to take or release: whether it is so now and was not before, whose it is, and the approvals
    withdrawn."""

    done: bool
    changed: bool
    ownership: Ownership
    withdrawn: tuple[Approval, ...] = ()


class Recorded(Frozen):
    """An event on record, in the order of `id` within its thread."""

    id: int
    thread: str
    customer_id: str | None
    event: Event


class By(StrEnum):
    """Who says a message: a notice is the system's own, such as that a colleague has joined."""

    CUSTOMER = "customer"
    BOT = "bot"
    PERSON = "person"
    NOTICE = "notice"


class Said(Frozen):
    """Something that is said. `mark` names it within its conversation: the same mark is the same message.

    `author` is the user name of the person who says it, `citations` are a reply's numbered sources as JSON.
    """

    mark: str
    by: By
    text: str
    at: datetime
    author: str | None = None
    citations: JsonValue = Field(default_factory=list)


class Message(Said):
    """Something that was said, in the order of `id` within its conversation."""

    id: int
    thread: str


class Conversation(Frozen):
    """A conversation. `owner` is who began it: a customer's id, or the id of an anonymous visitor."""

    thread: str
    owner: str
    customer_id: str | None
    opened: datetime
    last_at: datetime
