"""What happened in a conversation, in sentences: who decided what, when, on what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from hybrid_agent.records.models import Approval, ApprovalStatus, Effect, HandOff, Recorded, Signature
from hybrid_agent.serving.console import words
from hybrid_agent.serving.console.casefile import CaseFile
from hybrid_agent.state import EventKind

DECIDED = {
    ApprovalStatus.APPROVED: "approved",
    ApprovalStatus.EDITED: "approved with changes",
    ApprovalStatus.REJECTED: "rejected",
    ApprovalStatus.RESPONDED: "answered the customer instead of",
    ApprovalStatus.TAKEN_OVER: "took the conversation over instead of",
    ApprovalStatus.WITHDRAWN: "withdrew",
}
ANSWERS: dict[str, str] = {
    "enough_context": "enough context",
    "customer_repeated": "the customer had to repeat something",
    "suggestion_right": "the suggestion was right",
}
"""What is asked after a hand-off, by the event's field."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the history. `by` is the member of staff, or None where it was nobody's deed."""

    at: datetime
    text: str
    by: str | None = None
    reason: str = ""


def history(file: CaseFile) -> tuple[Happened, ...]:
    """The case's history, oldest first; `file` is masked for the viewer already."""
    lines = [
        *(_decided(each) for each in file.approvals if each.decided_at or each.expires <= file.at),
        *(_signed(each) for each in file.signatures),
        *(line for each in file.hand_offs for line in _handed(each)),
        *(_done(each) for each in file.effects if each.attempts),
        *(line for each in file.events for line in _event(each)),
    ]
    return tuple(sorted(lines, key=lambda line: line.at))


def outcome(approval: Approval) -> str:
    """What became of an approval, as a sentence without its time."""
    what = f"“{words.visible(approval.summary)}”"
    if approval.status in (ApprovalStatus.EXPIRED, ApprovalStatus.PENDING):
        return f"Nobody decided in time on {what}; nothing was done"
    return f"{approval.decided_by or 'The customer'} {DECIDED[approval.status]} {what}"


def _decided(approval: Approval) -> Happened:
    return Happened(
        at=approval.decided_at or approval.expires,
        text=outcome(approval),
        by=approval.decided_by,
        reason=words.visible(approval.reason or ""),
    )


def _signed(signature: Signature) -> Happened:
    text = f"{signature.by} approved as one of those who have to"
    return Happened(signature.at, text, signature.by, words.visible(signature.reason))


def _handed(hand_off: HandOff) -> Iterator[Happened]:
    reasons = ", ".join(words.words(each) for each in hand_off.reasons)
    yield Happened(hand_off.opened, f"Handed to a person: {reasons}")
    if hand_off.closed is not None:
        yield Happened(hand_off.closed, f"{hand_off.closed_by} closed the hand-off", hand_off.closed_by)


def _done(effect: Effect) -> Happened:
    text = f"“{words.visible(effect.summary)}” {words.words(effect.status.value)}"
    return Happened(effect.updated, text, reason=words.visible(effect.error or effect.note or ""))


def _event(recorded: Recorded) -> Iterator[Happened]:
    event, by = recorded.event, str(recorded.event.data.get("by") or "")
    told = {
        EventKind.TAKEN_OVER: f"{by} took the conversation over",
        EventKind.RELEASED: f"{by} gave the conversation back",
        EventKind.RETURNED: f"The conversation was returned: {by} had said nothing for too long",
        EventKind.REMINDED: "Reminded that this is due soon",
    }
    if event.kind in told and (by or event.kind is EventKind.REMINDED):
        yield Happened(event.at, told[event.kind], by or None)
    if event.kind is EventKind.ASSESSED:
        yield Happened(event.at, f"{by} assessed the hand-off: {assessment(event.data)}", by)
    if event.kind is EventKind.RATED:
        yield Happened(event.at, f"The customer rated the conversation {event.data.get('score')} of 5")


def assessment(data: dict[str, JsonValue]) -> str:
    """The answers given after a hand-off, in words."""
    given = [(told, data.get(name)) for name, told in ANSWERS.items() if data.get(name) is not None]
    return "; ".join(f"{told}: {'yes' if answer else 'no'}" for told, answer in given) or "no answer"
