"""Decisions on what is pending: approve, edit, reject, answer for the bot. The graph judges each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hybrid_agent.deployment import Deployment
from hybrid_agent.records import approvals
from hybrid_agent.records.models import Approval, ApprovalStatus, Signature
from hybrid_agent.serving.console.outcomes import Outcome
from hybrid_agent.serving.errors import NotFoundError, ServerUnavailableError
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.site import Site

STATUS_OF = {
    "approve": ApprovalStatus.APPROVED,
    "edit": ApprovalStatus.EDITED,
    "reject": ApprovalStatus.REJECTED,
    "respond": ApprovalStatus.RESPONDED,
}


@dataclass(frozen=True, slots=True)
class Decided:
    """How a decision ended; `notice` is the graph's own sentence where it refused it."""

    outcome: Outcome | None
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """An approval as it stands, with who approved it so far."""

    approval: Approval
    signatures: tuple[Signature, ...]

    @property
    def pending(self) -> bool:
        """Whether it still waits."""
        return self.approval.status is ApprovalStatus.PENDING


async def decide(site: Site, thread: str, form: Mapping[str, Any], person: Person) -> Decided:
    """Send a decision to the graph as this member of staff, and read back what stands.

    `form` is one of `dialogue.deciding.inbox`, with the id and the digest that the page had shown. Raises
    NotFoundError where the conversation has no such approval.
    """
    before = await _standing(site.deployment, thread, str(form["approval_id"]))
    if (stands := _already(before, form, person.id)) is not None:
        return Decided(stands)
    notices: tuple[str, ...] = ()
    try:
        ran = await site.threads.decide(thread, [form], person)
        notices = tuple(ran.notices)
    except ServerUnavailableError:
        after = await _standing(site.deployment, thread, before.approval.id)
        return Decided(_already(after, form, person.id) or Outcome.NOT_SENT)
    after = await _standing(site.deployment, thread, before.approval.id)
    return _ended(after, form, person.id, notices)


def _already(standing: Standing, form: Mapping[str, Any], person: str) -> Outcome | None:
    """How it ended without this request: decided the same way by the same person, or otherwise by anybody."""
    approval = standing.approval
    if not standing.pending:
        same = approval.decided_by == person and approval.status is STATUS_OF[str(form["type"])]
        if not same or approval.digest != form["digest"]:
            return Outcome.LATE
        return Outcome.PASSED_ON if _passed_on(approval) else Outcome.DECIDED
    return Outcome.CHANGED if approval.digest != form["digest"] else None


def _ended(standing: Standing, form: Mapping[str, Any], person: str, notices: tuple[str, ...]) -> Decided:
    if (stands := _already(standing, form, person)) is not None:
        return Decided(stands)
    if form["type"] == "approve" and any(each.by == person for each in standing.signatures):
        return Decided(Outcome.SIGNED)
    return Decided(None, " ".join(notices) or "The decision did not count, and nothing was done.")


def _passed_on(approval: Approval) -> bool:
    """Whether an edit asked for a further approval."""
    decision = approval.decision
    return isinstance(decision, dict) and decision.get("approval") is not None


async def _standing(deployment: Deployment, thread: str, approval_id: str) -> Standing:
    async with deployment.records.read() as connection:
        approval = await approvals.get(connection, approval_id, now=deployment.clock())
        if approval is None or approval.thread != thread:
            raise NotFoundError("This conversation has no such approval. Go back to the inbox.")
        return Standing(approval, tuple(await approvals.signed(connection, approval_id)))
