"""Weakening what is changed in a system: its conditions, and who has to say yes before."""

from collections.abc import Iterator, Mapping

from hybrid_agent.catalog.conditions import Condition, Scalar
from hybrid_agent.catalog.models import ActionRule, Approver, Intent
from hybrid_agent_evals.mutating.changes import Change
from hybrid_agent_evals.mutating.loosening import looser_lines, values, without_lines
from hybrid_agent_evals.mutating.operators.rulings import same_rulings
from hybrid_agent_evals.mutating.operators.wording import known_values, said
from hybrid_agent_evals.mutating.sites import GONE, Site, value_at

LONGER = 100
STRANGER = "viewer"
"""A role that no catalog should let approve."""


def allow_removed(site: Site) -> Iterator[Change]:
    """Each condition of an action taken away."""
    for number, allow in enumerate(site.value):
        yield Change(
            "a condition removed",
            (*site.place, number),
            GONE,
            f"{site.part}: it is done also where not {said(allow.when)}",
            f"someone asks for it where {said(allow.when)} is not so, and all other conditions are",
        )


def allow_loosened(site: Site) -> Iterator[Change]:
    """Each condition of an action made looser, a line at a time."""
    for looser, words in (
        *without_lines(site.value),
        *looser_lines(site.value, known_values(site)),
    ):
        yield Change(
            "a condition loosened",
            site.place,
            looser,
            f"{site.part}: a condition of the action: {words}",
            f"someone asks for it exactly where the condition was to stop it ({said(site.value)})",
            equivalent=_taken_before(site, looser),
        )


def _taken_before(site: Site, looser: Condition) -> str:
    """Why what is let in never comes so far, where an earlier condition or an escalation takes it."""
    intent, number = _intent(site), int(site.place[-2])
    allows = intent.action.allow if intent.action else ()
    for path, test in looser.items():
        added = set(values(test)) - set(values(site.value.get(path, ())))
        if added and any(_stops(each.when, path, added) for each in allows[:number]):
            return "an earlier condition stops it with its own words"
        if added and any(_takes(each.when, path, added) for each in intent.escalate):
            return "a person gets it before"
    return ""


def _stops(condition: Condition, path: str, added: set[Scalar]) -> bool:
    return bool(values(condition.get(path, ()))) and added.isdisjoint(values(condition[path]))


def _takes(condition: Condition, path: str, added: set[Scalar]) -> bool:
    return list(condition) == [path] and added <= set(values(condition[path]))


def risk_lowered(site: Site) -> Iterator[Change]:
    """A risk that the catalog raises, left at the operation's own."""
    rule, operation = site.owner, site.operations.get(getattr(site.owner, "operation", ""))
    if isinstance(rule, ActionRule) and operation and rule.risk and rule.risk > operation.risk:
        yield Change(
            "risk lowered",
            site.place,
            None,
            f"{site.part}: the risk is {operation.risk}, not {rule.risk}",
            "the action with its happy path, which must wait for whoever has to agree",
        )


def asks_nobody(site: Site) -> Iterator[Change]:
    """The customer is not asked where a person approves."""
    if site.value and isinstance(site.owner, ActionRule):
        after = site.owner.model_copy(update={"ask_customer": False})
        yield Change(
            "the customer's yes dropped",
            site.place,
            False,
            f"{site.part}: the customer is not asked before a person decides",
            "the action with its happy path, in which the customer is asked first",
            equivalent=same_rulings(site, _intent(site), _with_action(_intent(site), after)),
        )


def approval_removed(site: Site) -> Iterator[Change]:
    """Nobody has to approve."""
    if site.value is not None and isinstance(site.owner, ActionRule):
        yield Change(
            "approval removed",
            site.place,
            None,
            f"{site.part}: nobody has to approve it",
            "the action with its happy path, in which nothing is done before a person decided",
        )


def approvers_added(site: Site) -> Iterator[Change]:
    """Roles that may approve and should not: every other one, without a limit, and one that nobody knows."""
    mine = {each.role for each in site.value}
    others = sorted(_roles(site) - mine)
    for role in [*others, STRANGER]:
        yield Change(
            "a role widened",
            site.place,
            (*site.value, Approver(role=role)),
            f"{site.part}: the role {role} may approve it, too",
            f"someone with the role {role} alone approves, and nothing may be done",
        )


def approver_uncapped(site: Site) -> Iterator[Change]:
    """What a role may approve, without its limit or with a wider one."""
    if not site.value:
        return
    role = getattr(site.owner, "role", "")
    catch = f"the role {role} approves just above its limit, and nothing may be done"
    says = f"{site.part}: {role} may approve without the limit {said(site.value)}"
    yield Change("a cap removed", site.place, {}, says, catch)
    for looser, words in (*without_lines(site.value), *looser_lines(site.value, known_values(site))):
        yield Change(
            "a cap loosened", site.place, looser, f"{site.part}: {role} may approve where {words}", catch
        )


def approval_lasts(site: Site) -> Iterator[Change]:
    """An approval that was due long ago still counts."""
    yield Change(
        "time limit widened",
        site.place,
        site.value * LONGER,
        f"{site.part}: an approval may come {LONGER} times as late",
        f"an approval that comes just after {site.value} does nothing any more",
    )


def four_eyes_closed(site: Site) -> Iterator[Change]:
    """One person approves alone what takes two."""
    if site.value is not None:
        yield Change(
            "one person in place of two",
            site.place,
            None,
            f"{site.part}: one person approves what needs two",
            "an approval by one person of what needs two does nothing yet",
        )


def argument_elsewhere(site: Site) -> Iterator[Change]:
    """An argument of a write taken from a neighbouring value of the same structure, or left out."""
    if not isinstance(site.owner, ActionRule):
        return
    operation = site.operations.get(site.owner.operation)
    fields = operation.arguments.model_fields if operation else {}
    for name, path in site.value.items():
        for other in _neighbours(path, _intent(site), site):
            yield Change(
                "an argument from elsewhere",
                (*site.place, name),
                other,
                f"{site.part}: {name} is taken from {other}, not from {path}",
                f"the action where {path} and {other} differ, with the written {name}",
            )
        if name in fields and not fields[name].is_required():
            yield Change(
                "an argument left out",
                (*site.place, name),
                GONE,
                f"{site.part}: {name} is not handed to the system",
                f"the action with the written {name}",
            )


def _intent(site: Site) -> Intent:
    found = value_at(site.catalog, site.place[:2])
    assert isinstance(found, Intent)
    return found


def _with_action(intent: Intent, action: ActionRule) -> Intent:
    return intent.model_copy(update={"action": action})


def _roles(site: Site) -> set[str]:
    actions = (intent.action for intent in site.catalog.intents.values() if intent.action)
    return {each.role for action in actions if action.approval for each in action.approval.by}


def _neighbours(path: str, intent: Intent, site: Site) -> Iterator[str]:
    """Other values of the same read that have more than one part, such as amounts of money."""
    root, _, rest = path.partition(".")
    read = intent.reads.get(root)
    operation = site.operations.get(read.operation) if read else None
    if operation is None:
        return
    fields = operation.result_fields()
    parts = _shape(rest, fields)
    if parts:
        yield from (
            f"{root}.{other}"
            for other in fields
            if other != rest and "." not in other and _shape(other, fields) == parts
        )


def _shape(field: str, fields: Mapping[str, object]) -> frozenset[str]:
    return frozenset(each.removeprefix(f"{field}.") for each in fields if each.startswith(f"{field}."))
