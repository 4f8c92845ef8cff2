"""Whether the gate rules the same of two ways to write an intent: then nothing can come of the difference."""

from collections.abc import Iterator

from hybrid_agent.catalog.models import Intent, Thresholds
from hybrid_agent.policy import Verdict, judge
from hybrid_agent.state import Action
from hybrid_agent_evals.mutating.sites import Site

SURE, UNSURE = 1.0, 0.0


def same_rulings(site: Site, one: Intent, other: Intent) -> str:
    """Why the two are equal, or nothing: the gate asks for the same with high and with low confidence."""
    same = one.action is not None and list(_rulings(site, one)) == list(_rulings(site, other))
    return "the gate asks for the same, because of the operation's own risk" if same else ""


def no_approval(site: Site, intent: Intent) -> str:
    """Why a text about a person's decision is never said, or nothing: the gate never asks for one."""
    asked = [approval for _, _, approval in _rulings(site, intent)]
    return "nobody ever has to approve it" if asked and not any(asked) else ""


def _rulings(site: Site, intent: Intent) -> Iterator[tuple[Verdict, bool, bool]]:
    rule = intent.action
    operation = site.operations.get(rule.operation) if rule else None
    if rule is None or operation is None:
        return
    action = Action(
        id="a",
        request_id="r",
        operation=rule.operation,
        arguments={},
        sources={},
        customer_id="c",
        summary=rule.summary,
    )
    open_rule = intent.model_copy(update={"action": rule.model_copy(update={"allow": ()})})
    for confidence in (SURE, UNSURE):
        ruling = judge(
            action,
            operation,
            open_rule,
            facts={},
            confidence=confidence,
            thresholds=Thresholds(),
            customer_id="c",
        )
        yield ruling.verdict, ruling.customer_yes, ruling.approval
