"""A pending action as it is put before whoever decides: what exactly, on what grounds, and who may."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from hybrid_agent import policy
from hybrid_agent.caller import Caller
from hybrid_agent.catalog import Approver
from hybrid_agent.catalog.paths import Scope
from hybrid_agent.catalog.phrasing import render
from hybrid_agent.catalog.policies import policy_values
from hybrid_agent.deployment import Deployment
from hybrid_agent.records.models import Approval, Recorded, Signature
from hybrid_agent.serving.console import words
from hybrid_agent.serving.console.casefile import CaseFile
from hybrid_agent.serving.console.facts import Fact, fact
from hybrid_agent.state import EventKind

NOT_READ = ("slot",)
"""What stands among an approval's facts and was said, not read."""

WHY = {
    "risk_high": "the risk is high",
    "autonomy_draft": "the bot only prepares it",
    "low_confidence": "the bot is not sure that this is what the customer wants",
}
"""The reasons of a ruling for which a person decides."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of an action: its value as people write it, and where the value came from."""

    label: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Because:
    """The words around the reason that a customer reads."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """An approval with all that one needs to decide it. `may_decide` is about whoever looks at it.

    `changed` are the arguments of the action that an edit put in its place.
    """

    approval: Approval
    title: str
    risk: str
    confidence: str
    said: str
    arguments: tuple[Argument, ...]
    changed: tuple[Argument, ...]
    slots: tuple[tuple[str, str], ...]
    facts: tuple[Fact, ...]
    allowed: tuple[str, ...]
    deciders: tuple[str, ...]
    four_eyes: str
    reasons: tuple[str, ...]
    signatures: tuple[Signature, ...]
    may_decide: bool
    signed: bool
    told_if_rejected: str
    told_because: Because

    @property
    def missing(self) -> int:
        """How many more people have to approve."""
        return max(self.approval.needed - len(self.signatures), 0)


def proposal(approval: Approval, file: CaseFile, viewer: Caller, deployment: Deployment) -> Proposal:
    """The approval as it is shown to this viewer; `file` is masked for them already."""
    payload = _mapping(approval.payload)
    facts = _mapping(payload.get("facts"))
    ruled = _mapping(payload.get("policy"))
    signatures = tuple(each for each in file.signatures if each.approval_id == approval.id)
    intent = deployment.catalog.intents.get(approval.intent)
    return Proposal(
        approval=approval,
        title=intent.title if intent else words.words(approval.intent),
        risk=str(payload.get("risk") or ""),
        confidence=percent(payload.get("confidence")),
        said=words.visible(str(payload.get("message", ""))),
        arguments=_arguments(payload),
        changed=_arguments(_mapping(_mapping(approval.decision).get("action"))),
        slots=tuple(words.rows(facts.get("slot"))) if facts.get("slot") else (),
        facts=tuple(_facts(approval, facts, file, deployment)),
        allowed=tuple(_texts(ruled.get("allow"))),
        deciders=tuple(_texts(ruled.get("approvers"))),
        four_eyes=words.visible(str(ruled.get("four_eyes") or "")),
        reasons=tuple(WHY[each] for each in _texts(payload.get("reasons")) if each in WHY),
        signatures=signatures,
        may_decide=may_decide(approval, file, viewer, deployment),
        signed=any(each.by == viewer.id for each in signatures),
        told_if_rejected=told_if_rejected(approval, deployment),
        told_because=_because(deployment),
    )


def _arguments(action: Mapping[str, Any]) -> tuple[Argument, ...]:
    """The arguments in an approval's payload or an edited action."""
    sources = _mapping(action.get("sources"))
    return tuple(
        Argument(words.heading(name), words.value(each), words.source(str(sources.get(name, "unknown"))))
        for name, each in _mapping(action.get("arguments")).items()
    )


def may_decide(approval: Approval, file: CaseFile, viewer: Caller, deployment: Deployment) -> bool:
    """Whether the buttons are shown to this viewer; the graph itself judges what they send."""
    effect = next((each for each in file.effects if each.id == approval.action_id), None)
    if effect is None:
        return False
    return policy.may_decide(viewer, _rules(approval), effect.action, scope_of(approval, deployment))


def scope_of(approval: Approval, deployment: Deployment) -> Scope:
    """What paths of the catalog lead to: the facts that it was proposed on, and the policies of today."""
    payload = _mapping(approval.payload)
    return {
        **_mapping(payload.get("facts")),
        "business": dict(deployment.catalog.business),
        "policy": dict(policy_values(deployment.catalog.policies, deployment.today())),
        "argument": dict(_mapping(payload.get("arguments"))),
    }


def told_if_rejected(approval: Approval, deployment: Deployment) -> str:
    """What the customer reads if it is rejected, before the reason; empty where it lacks something."""
    intent = deployment.catalog.intents.get(approval.intent)
    own = intent.action.rejected if intent and intent.action else None
    scope = {**scope_of(approval, deployment), "summary": approval.summary}
    try:
        return words.visible(render(own or deployment.phrases["rejected"], scope))
    except KeyError:
        return ""


def _because(deployment: Deployment) -> Because:
    before, _, after = deployment.phrases["rejected_because"].partition("{reason}")
    return Because(before, after)


def percent(confidence: object) -> str:
    """A probability as staff read it; empty where there is none."""
    if not isinstance(confidence, float | int):
        return ""
    return "over 99%" if 0.99 < confidence < 1 else f"{confidence:.0%}"


def _facts(
    approval: Approval, facts: Mapping[str, JsonValue], file: CaseFile, deployment: Deployment
) -> Iterator[Fact]:
    intent = deployment.catalog.intents.get(approval.intent)
    for name, data in facts.items():
        if name in NOT_READ:
            continue
        read = intent.reads.get(name) if intent else None
        source = read.operation if read else name
        at = _read_at(source, approval, file.events)
        yield fact(name, source, data, at.isoformat() if at else "", deployment.catalog.timezone)


def _read_at(source: str, approval: Approval, events: tuple[Recorded, ...]) -> datetime | None:
    """When it was read for this action: the last read of this operation before the approval was asked for."""
    times = [
        each.event.at
        for each in events
        if each.event.kind is EventKind.READ
        and each.event.data.get("operation") == source
        and each.event.at <= approval.created
    ]
    return times[-1] if times else None


def _rules(approval: Approval) -> tuple[Approver, ...]:
    listed = approval.rules if isinstance(approval.rules, list) else []
    return tuple(Approver.model_validate(each) for each in listed)


def _mapping(data: JsonValue) -> Mapping[str, Any]:
    return data if isinstance(data, dict) else {}


def _texts(data: JsonValue) -> Iterator[str]:
    for each in data if isinstance(data, list) else ():
        yield words.visible(str(each))
