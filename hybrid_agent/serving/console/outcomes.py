"""What became of something that a member of staff did, in one sentence: who, what, when.

A page that was posted to redirects with the outcome's name alone; the sentence is made from the records, and
nothing is said where they do not bear it out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse

from hybrid_agent.deployment import Deployment
from hybrid_agent.records.models import Approval, ApprovalStatus, Effect, EffectStatus
from hybrid_agent.records.refusals import expired, not_pending, stale
from hybrid_agent.serving.console import words
from hybrid_agent.serving.console.casefile import CaseFile
from hybrid_agent.serving.console.handed import assessed
from hybrid_agent.serving.console.history import outcome


class Outcome(StrEnum):
    """How it ended."""

    DECIDED = "decided"
    SIGNED = "signed"
    PASSED_ON = "passed_on"
    LATE = "late"
    CHANGED = "changed"
    NOT_SENT = "not_sent"
    TAKEN = "taken"
    HELD = "held"
    GIVEN_BACK = "given_back"
    CLOSED = "closed"
    SAID = "said"
    ASSESSED = "assessed"


COUNTED = frozenset(
    {
        Outcome.DECIDED,
        Outcome.SIGNED,
        Outcome.PASSED_ON,
        Outcome.TAKEN,
        Outcome.GIVEN_BACK,
        Outcome.CLOSED,
        Outcome.SAID,
        Outcome.ASSESSED,
    }
)
"""Those in which what was wanted was done."""

EFFECTS: Mapping[EffectStatus, str] = {
    EffectStatus.SUCCEEDED: "It has been carried out.",
    EffectStatus.FAILED: "It could not be carried out; the case was handed to a person.",
    EffectStatus.UNKNOWN: "Nobody can tell whether it was carried out; a person has to look.",
    EffectStatus.EXECUTING: "It is being carried out.",
    EffectStatus.APPROVED: "It will be carried out now.",
}

PASSED_ON = "Your change is entered. Somebody else has to approve it before it is done."
UNANSWERED = (
    "The server did not answer in time. Nothing is on record yet, and your decision may still arrive: look "
    "again in a moment. Deciding the same twice does no harm."
)


@dataclass(frozen=True, slots=True)
class Flash:
    """What a page says at its top of what was just done. `good` where it was done as wanted."""

    text: str
    good: bool


def case_path(thread: str) -> str:
    """The address of a conversation's page."""
    return f"/console/cases/{quote(thread, safe='')}"


def redirect(thread: str, ended: Outcome, approval: str = "") -> RedirectResponse:
    """To the conversation's page, which says how it ended; going back from there posts nothing again."""
    about = {"outcome": ended.value} | ({"approval": approval} if approval else {})
    return RedirectResponse(f"{case_path(thread)}?{urlencode(about)}#outcome", 303)


def flash(ended: str, approval_id: str, file: CaseFile, viewer: str, deployment: Deployment) -> Flash | None:
    """The sentence for an outcome, as the records have it now; None where they do not bear it out."""
    if ended not in set(Outcome):
        return None
    named = Outcome(ended)
    approval = next((each for each in file.approvals if each.id == approval_id), None)
    zone = deployment.catalog.timezone
    text = _of_approval(named, approval, file, viewer, zone) if approval else _of_case(named, file, viewer)
    return Flash(text, named in COUNTED) if text else None


def _of_approval(ended: Outcome, approval: Approval, file: CaseFile, viewer: str, zone: str) -> str:
    """What is said of it; empty where the approval does not stand as the outcome says."""
    pending = approval.status is ApprovalStatus.PENDING and approval.expires > file.at
    told = {
        Outcome.SIGNED: _signed(approval, file, viewer) if pending else "",
        Outcome.NOT_SENT: UNANSWERED if pending else "",
        Outcome.DECIDED: "" if pending else _decided(approval, file, zone),
        Outcome.LATE: "" if pending else _late(approval),
        Outcome.PASSED_ON: PASSED_ON if approval.status is ApprovalStatus.EDITED else "",
        Outcome.CHANGED: stale(approval).sentence if pending else "",
    }
    return told.get(ended, "")


def _signed(approval: Approval, file: CaseFile, viewer: str) -> str:
    given = [each.by for each in file.signatures if each.approval_id == approval.id]
    if viewer not in given:
        return ""
    missing = approval.needed - len(given)
    who = "One more person has" if missing == 1 else f"{missing} more people have"
    return f"Your approval is entered. {who} to approve this before anything is done."


def _decided(approval: Approval, file: CaseFile, zone: str) -> str:
    effect = _effect(approval, file)
    told = EFFECTS.get(effect.status, "") if effect else ""
    when = words.moment(approval.decided_at or approval.expires, zone)
    return f"{outcome(approval)}, {when}. {told}".strip()


def _late(approval: Approval) -> str:
    lapsed = approval.status in (ApprovalStatus.PENDING, ApprovalStatus.EXPIRED)
    return (expired(approval) if lapsed else not_pending(approval)).sentence


def _effect(approval: Approval, file: CaseFile) -> Effect | None:
    """What the approval led to: its own action, or the edited one that came in its place."""
    wanted = approval.action_id
    decision = approval.decision
    if approval.status is ApprovalStatus.EDITED and isinstance(decision, dict):
        action = decision.get("action")
        wanted = str(action.get("id")) if isinstance(action, dict) else wanted
    if approval.status not in (ApprovalStatus.APPROVED, ApprovalStatus.EDITED):
        return None
    return next((each for each in file.effects if each.id == wanted), None)


def _of_case(ended: Outcome, file: CaseFile, viewer: str) -> str:
    """What is said of it; empty where the conversation is not whose the outcome says."""
    person = file.person
    told = {
        Outcome.TAKEN: (
            person == viewer,
            "You have the conversation. The bot is silent until you give it back.",
        ),
        Outcome.HELD: (
            person not in (None, viewer),
            f"{person} has the conversation; nothing was done. Talk to them, or wait until it is back.",
        ),
        Outcome.GIVEN_BACK: (person is None, "The bot has the conversation again."),
        Outcome.CLOSED: (person is None, "The hand-off is closed."),
        Outcome.SAID: (any(each.author == viewer for each in file.messages), "Your message was sent."),
        Outcome.ASSESSED: (
            any(assessed(file, each.id, viewer) for each in file.hand_offs),
            "Thank you; your answers are entered.",
        ),
    }
    true, text = told.get(ended, (False, ""))
    return text if true else ""
