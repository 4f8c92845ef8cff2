"""What a case names and a deployment has not: its intents, slots, reasons, roles, actions."""

from collections.abc import Iterator, Sequence

from hybrid_agent.catalog import ActionRule, Catalog
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.reasons import reasons_of
from hybrid_agent.state import QuestionKind
from hybrid_agent_evals.cases.contradictions import NOTHING
from hybrid_agent_evals.cases.models import Case, Placed
from hybrid_agent_evals.cases.naming import nearest, unknown
from hybrid_agent_tools import Risk


def problems(placed: Placed, deployment: Deployment) -> tuple[str, ...]:
    """Why a case cannot be about this deployment, `FILE:LINE: case ID: what, and what to do` each."""
    case, catalog = placed.case, deployment.catalog
    found = (
        *_names(case, catalog),
        *_turns(case, catalog),
        *_writes(case, catalog),
        *_help(case, deployment),
    )
    return tuple(f"{placed.where}: case {case.id}: {each}" for each in found)


def _names(case: Case, catalog: Catalog) -> Iterator[str]:
    expect, reasons = case.expect, reasons_of(catalog)
    intents = {*expect.intents, *expect.not_intents}
    yield from (unknown("intent", each, catalog.intents) for each in sorted(intents - catalog.intents.keys()))
    # What a case is about may be none of the intents, such as an attack; a slip of one it may not be.
    if nearest(case.about, catalog.intents):
        yield unknown("intent", case.about, catalog.intents)
    yield from (unknown("slot", each, catalog.slots) for each in expect.slots if each not in catalog.slots)
    wanted = expect.hand_off.reasons if expect.hand_off else ()
    yield from (unknown("reason", each, reasons) for each in wanted if each not in reasons)


def _turns(case: Case, catalog: Catalog) -> Iterator[str]:
    kinds = {NOTHING, *(each.value for each in QuestionKind if each is not QuestionKind.SLOT)}
    asked, roles = {*kinds, *catalog.slots}, {role for rule in _rules(catalog) for role in _approving(rule)}
    arguments = {name for rule in _rules(catalog) for name in rule.arguments}
    for place, turn in enumerate(case.turns, 1):
        asks = turn.expect.asks if turn.expect else None
        if asks is not None and asks not in asked:
            yield f"turn {place}: {unknown('slot or kind of question', asks, asked)}"
        # An outsider's role may be meant; a slip of a role that approves is not.
        slips = [role for role in turn.roles or () if nearest(role, roles)]
        yield from (f"turn {place}: {unknown('role', each, roles)}" for each in slips)
        wrong = [name for name in turn.arguments or () if name not in arguments]
        yield from (f"turn {place}: {unknown('argument of an action', each, arguments)}" for each in wrong)


def _writes(case: Case, catalog: Catalog) -> Iterator[str]:
    """Every write is some intent's action, and where all of these need a person, one who may approves."""
    for write in case.expect.writes:
        rules = [rule for rule in _rules(catalog) if rule.operation == write.operation]
        if not rules:
            yield unknown(
                "action of an intent", write.operation, {each.operation for each in _rules(catalog)}
            )
        elif all(rule.approval or write.risk is Risk.HIGH for rule in rules):
            able = {role for rule in rules for role in _approving(rule)}
            granting = [turn.roles for turn in case.turns if turn.grants]
            if not any(roles is None or able.intersection(roles) for roles in granting):
                yield f"{write.operation} needs a turn with agent: approve, by {' or '.join(sorted(able))}"


def _help(case: Case, deployment: Deployment) -> Iterator[str]:
    if case.articles is not None and deployment.knowledge is None:
        yield "it has articles, but the deployment has no help centre; leave them out"


def _rules(catalog: Catalog) -> Sequence[ActionRule]:
    return [intent.action for intent in catalog.intents.values() if intent.action]


def _approving(rule: ActionRule) -> set[str]:
    return {each.role for each in rule.approval.by} if rule.approval else set()
