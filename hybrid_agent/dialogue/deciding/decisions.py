"""A person's decision on a pending action: whether it counts, and what follows for the request."""

from dataclasses import replace

from pydantic import JsonValue

from hybrid_agent import policy
from hybrid_agent.caller import Caller
from hybrid_agent.catalog import ActionRule, Approver
from hybrid_agent.catalog.paths import Scope
from hybrid_agent.catalog.phrasing import render
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.acting.clearing import action_of, approval_request, rule_of
from hybrid_agent.dialogue.acting.proposing import ImpossibleError, checked_arguments, freeze, rule_on
from hybrid_agent.dialogue.deciding.following import Entered, edited, follow, followed
from hybrid_agent.dialogue.deciding.inbox import (
    ApproveForm,
    EditForm,
    Form,
    RejectForm,
    RespondForm,
    TakeOverForm,
)
from hybrid_agent.dialogue.facts import Facts, facts_of
from hybrid_agent.records import approvals, ownership
from hybrid_agent.records.models import (
    Approval,
    Approve,
    Decided,
    Decision,
    Edit,
    Refusal,
    Reject,
    Respond,
    TakeOver,
)
from hybrid_agent.records.refusals import one_more
from hybrid_agent.state import (
    Request,
    State,
)


async def register(request: Request, state: State, deployment: Deployment, thread: str) -> Approval:
    """Ask for the approval that a request waits for; doing it again changes nothing."""
    facts = facts_of(request, state["evidence"], deployment)
    wanted = approval_request(request, rule_on(request, state, deployment), facts, deployment)
    intent, now = str(request.intent), deployment.clock()
    async with deployment.records.write() as tx:
        return await approvals.request(tx, wanted, action_of(request), thread=thread, intent=intent, now=now)


async def enter(
    form: Form, request: Request, approver: Caller, state: State, deployment: Deployment, thread: str
) -> Entered:
    """Enter a decision in the records if this person may take it, and return what follows."""
    facts = facts_of(request, state["evidence"], deployment)
    rules, action = _rules(request, deployment), action_of(request)
    if not policy.may_decide(approver, rules, action, facts.scope):
        roles = ", ".join(sorted({rule.role for rule in rules}))
        notice = f"{approver.id} may not decide {form.approval_id}; it needs one of the roles: {roles}."
        return Entered(request, notice=notice)
    try:
        decision = _decision(form, request, approver, state, deployment, thread)
    except ImpossibleError as problem:
        return Entered(request, notice=f"This cannot be done: {problem}")
    now = deployment.clock()
    async with deployment.records.write() as tx:
        answer = await approvals.decide(
            tx, form.approval_id, digest=form.digest, decision=decision, by=approver.id, now=now
        )
        if isinstance(answer, Decided) and isinstance(decision, TakeOver):
            await ownership.take(tx, thread, by=approver.id, now=now)
    if isinstance(answer, Refusal):
        stood = await followed(request, answer.approval, state, deployment) if answer.approval else None
        return replace(stood or Entered(request), notice=answer.sentence)
    before = request if answer.then is None else edited(request, answer.approval)
    after = follow(before, answer.then or answer.approval, state, deployment)
    if answer.pending is None or not answer.signed:
        return after
    return replace(after, notice=one_more(answer.pending, answer.signed))


def _rules(request: Request, deployment: Deployment) -> tuple[Approver, ...]:
    approval = rule_of(request, deployment).approval
    return approval.by if approval else ()


def _decision(
    form: Form, request: Request, approver: Caller, state: State, deployment: Deployment, thread: str
) -> Decision:
    match form:
        case ApproveForm():
            return Approve(reason=form.message)
        case RejectForm():
            return Reject(reason=form.message)
        case RespondForm():
            return Respond(text=form.message)
        case TakeOverForm():
            return TakeOver(reason=form.message)
        case EditForm():
            return _edit(form, request, approver, state, deployment, thread)


def _edit(
    form: EditForm, request: Request, approver: Caller, state: State, deployment: Deployment, thread: str
) -> Edit:
    """The edited action, through the gate again; beyond the editor's power it needs another's approval."""
    old, rule = action_of(request), rule_of(request, deployment)
    if form.edited_action.name != old.operation:
        raise ImpossibleError(f"an edit changes arguments; {form.edited_action.name} is another action.")
    operation = deployment.toolbox.operations[old.operation]
    arguments = checked_arguments(operation, {**old.arguments, **form.edited_action.args})
    changed = [name for name, value in arguments.items() if old.arguments.get(name) != value]
    if not changed:
        raise ImpossibleError("the edit changes nothing; approve it instead.")
    if fixed := sorted(identifying(str(request.intent), deployment) & set(changed)):
        raise ImpossibleError(
            f"{' and '.join(fixed)} says which record this is about, and its facts were not looked up for "
            "another one; reject it and let the customer ask again."
        )
    sources = {**old.sources, **dict.fromkeys(changed, f"person:{approver.id}")}
    facts = facts_of(request, state["evidence"], deployment)
    resummed = _resummed(facts, rule, arguments)
    summary = _written(rule.summary, resummed)
    new = freeze(
        request, operation, arguments, sources, summary=summary, thread=thread, customer_id=old.customer_id
    )
    changed_request = request.model_copy(update={"action": new})
    ruling = rule_on(changed_request, state, deployment)
    if ruling.verdict is not policy.Verdict.PROCEED:
        raise ImpossibleError(
            _written(ruling.otherwise or "the policy says no.", {**facts.scope, "argument": arguments})
        )
    signed = policy.may_decide(approver, _rules(request, deployment), new, facts.scope)
    if signed and ruling.people == 1:
        return Edit(action=new, reason=form.message)
    further = approval_request(changed_request, ruling, facts, deployment)
    return Edit(action=new, approval=further, signed=signed, reason=form.message)


def _written(template: str, scope: Scope) -> str:
    try:
        return render(template, scope)
    except KeyError as hole:
        raise ImpossibleError(f"nothing is known for {hole} with these values.") from None


def identifying(intent: str, deployment: Deployment) -> set[str]:
    """The arguments that the intent's reads take too: the gate's facts are true for these values only."""
    reads = deployment.catalog.intents[intent].reads.values()
    return {name for read in reads for name in read.arguments}


def _resummed(facts: Facts, rule: ActionRule, arguments: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The facts with the edited values in place of those that the catalog maps into the arguments."""
    scope = {**facts.scope, "argument": dict(arguments)}
    for name, path in rule.arguments.items():
        root, _, rest = path.partition(".")
        under = scope.get(root)
        if name in arguments and rest and "." not in rest and isinstance(under, dict):
            scope[root] = {**under, rest: arguments[name]}
    return scope
