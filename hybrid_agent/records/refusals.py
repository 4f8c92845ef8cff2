"""Why a decision does not count, in sentences for whoever made it."""

from collections.abc import Sequence

from hybrid_agent.records.models import Approval, ApprovalStatus, Effect, Refusal, Why

ENDED = {
    ApprovalStatus.APPROVED: "was approved",
    ApprovalStatus.EDITED: "was approved with changes",
    ApprovalStatus.REJECTED: "was rejected",
    ApprovalStatus.RESPONDED: "was answered to the customer",
    ApprovalStatus.TAKEN_OVER: "was closed because somebody took the conversation over",
    ApprovalStatus.WITHDRAWN: "was withdrawn",
}


def unknown(approval_id: str) -> Refusal:
    """Nothing has this id."""
    return Refusal(why=Why.UNKNOWN, sentence=f"There is no approval {approval_id}. Check the id in the list.")


def not_pending(approval: Approval) -> Refusal:
    """It was decided, otherwise or by somebody else."""
    who = f" by {approval.decided_by}" if approval.decided_by else ""
    when = f" on {approval.decided_at:%Y-%m-%d at %H:%M} UTC" if approval.decided_at else ""
    sentence = f"This {ENDED[approval.status]}{who}{when}; your decision changes nothing."
    return Refusal(why=Why.NOT_PENDING, sentence=sentence, approval=approval)


def stale(approval: Approval) -> Refusal:
    """The decision was about other arguments."""
    return Refusal(
        why=Why.STALE_DIGEST,
        sentence="What you decided on is not what is waiting now. Read it again, then decide.",
        approval=approval,
    )


def one_more(approval: Approval, signed: Sequence[str]) -> str:
    """For whoever approved as one of several: what is still missing."""
    return (
        f"Approved by {' and '.join(signed)}. This needs {approval.needed} different people: nothing is "
        "done, and the customer hears nothing, until somebody else has approved it too."
    )


def expired(approval: Approval) -> Refusal:
    """Its time was over."""
    return Refusal(
        why=Why.EXPIRED,
        sentence=f"This expired on {approval.expires:%Y-%m-%d at %H:%M} UTC, and nothing was done.",
        approval=approval,
    )


def duplicate(approval: Approval, twin: Effect) -> Refusal:
    """The same is being done already."""
    return Refusal(
        why=Why.DUPLICATE,
        sentence=f"The same is already {twin.status} for this customer in conversation {twin.thread}; "
        "reject this one, or wait for the outcome.",
        approval=approval,
    )
