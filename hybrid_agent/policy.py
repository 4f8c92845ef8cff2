"""The gate: what an action needs before it may be done, and whether it has it.

Risk and autonomy give the base; everything else can only ask for more:

| risk \\ autonomy | shadow   | draft  | confirm        | auto    |
|-----------------|----------|--------|----------------|---------|
| low             | hand off | person | customer's yes | nothing |
| medium          | hand off | person | customer's yes | customer's yes |
| high            | hand off | person | person         | person  |

Low confidence adds the customer's yes; a person's approval comes with it where the catalog asks for it. Two
different people have to approve where the catalog's `four_eyes` holds, or where it cannot be told.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hybrid_agent.caller import Caller, Kind, different
from hybrid_agent.catalog import ActionRule, Approver, Autonomy, Intent, Thresholds, holds
from hybrid_agent.catalog.conditions import surely_not
from hybrid_agent.catalog.paths import Scope as Facts
from hybrid_agent.state import Action
from hybrid_agent_tools import Operation, Risk, Scope

NOBODY_MAY_APPROVE = "nobody_may_approve"


class Verdict(StrEnum):
    """What the gate says of an action."""

    PROCEED = "proceed"
    SIGN_IN = "sign_in"
    NOT_ALLOWED = "not_allowed"
    HAND_OFF = "hand_off"


@dataclass(frozen=True, slots=True)
class Ruling:
    """The gate's answer: may it go on, and what must happen first. `reasons` are names for the records.

    An `approval` is by so many different `people`.
    """

    verdict: Verdict
    customer_yes: bool = False
    approval: bool = False
    people: int = 1
    reasons: tuple[str, ...] = ()
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Granted:
    """What an action has: the digest that the customer said yes to, and the one that people approved."""

    confirmed: str | None = None
    approved: str | None = None
    approved_by: frozenset[str] = frozenset()
    approved_until: datetime | None = None


def effective_risk(operation: Operation, rule: ActionRule) -> Risk:
    """The operation's own risk, or the catalog's if that is higher."""
    return max(operation.risk, rule.risk or Risk.LOW)


def judge(
    action: Action,
    operation: Operation,
    intent: Intent,
    *,
    facts: Facts,
    confidence: float,
    thresholds: Thresholds,
    customer_id: str | None,
) -> Ruling:
    """What this action needs. `facts` are what its conditions are looked up in, the arguments added here."""
    rule = intent.action
    if rule is None or rule.operation != action.operation or not operation.writes:
        return Ruling(Verdict.NOT_ALLOWED, reasons=("no_such_action",))
    if (intent.sign_in or operation.scope is Scope.CUSTOMER) and customer_id is None:
        return Ruling(Verdict.SIGN_IN, reasons=("anonymous",))
    if action.customer_id not in (None, customer_id):
        return Ruling(Verdict.NOT_ALLOWED, reasons=("other_customer",))
    scope = with_arguments(facts, action)
    for allow in rule.allow:
        if not holds(allow.when, scope):
            return Ruling(Verdict.NOT_ALLOWED, reasons=("condition",), otherwise=allow.otherwise)
    if intent.autonomy is Autonomy.SHADOW:
        return Ruling(Verdict.HAND_OFF, reasons=(Autonomy.SHADOW.value,))
    ruling = _requirements(intent, rule, effective_risk(operation, rule), confidence < thresholds.act)
    return replace(ruling, people=_people(rule, scope))


def _people(rule: ActionRule, scope: Facts) -> int:
    """Two pairs of eyes also where a fact that would say so is missing."""
    four_eyes = rule.approval.four_eyes if rule.approval else None
    return 1 if four_eyes is None or surely_not(four_eyes, scope) else 2


def _requirements(intent: Intent, rule: ActionRule, risk: Risk, unsure: bool) -> Ruling:
    approval = risk is Risk.HIGH or intent.autonomy is Autonomy.DRAFT or rule.approval is not None
    if approval and rule.approval is None:
        return Ruling(Verdict.HAND_OFF, reasons=(NOBODY_MAY_APPROVE,))
    asked = risk is not Risk.LOW or intent.autonomy is Autonomy.CONFIRM
    yes = unsure or (rule.ask_customer if approval else asked)
    reasons = [f"risk_{risk.value}", f"autonomy_{intent.autonomy.value}", *(["low_confidence"] * unsure)]
    return Ruling(Verdict.PROCEED, customer_yes=yes, approval=approval, reasons=tuple(reasons))


def permits(ruling: Ruling, action: Action, granted: Granted, now: datetime) -> bool:
    """Whether the action has all that the ruling asks for, for exactly this digest, in time."""
    if ruling.verdict is not Verdict.PROCEED:
        return False
    if ruling.approval:
        in_time = granted.approved_until is None or now <= granted.approved_until
        enough = len(different(granted.approved_by)) >= ruling.people
        if granted.approved != action.digest or not enough or not in_time:
            return False
    return not ruling.customer_yes or granted.confirmed == action.digest


def may_decide(approver: Caller, rules: tuple[Approver, ...], action: Action, facts: Facts) -> bool:
    """Whether this member of staff holds a role that may approve this action."""
    scope = with_arguments(facts, action)
    return approver.kind is Kind.STAFF and any(
        rule.role in approver.roles and holds(rule.when, scope) for rule in rules
    )


def with_arguments(facts: Facts, action: Action) -> Facts:
    """The facts with the action's arguments under `argument`."""
    return {**facts, "argument": dict(action.arguments)}


def is_stranger(caller: Caller, owner: str | None) -> bool:
    """Whether this is another customer's conversation; an anonymous one may be continued after signing in."""
    return caller.kind is Kind.STAFF or (owner is not None and caller.customer_id != owner)
