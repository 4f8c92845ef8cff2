"""From a request to a frozen action, and from the gate's ruling to its next step."""

import hashlib
from collections.abc import Mapping

from pydantic import JsonValue, ValidationError

from hybrid_agent import policy
from hybrid_agent.catalog import ActionRule
from hybrid_agent.catalog.phrasing import render
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.facts import Facts, facts_of
from hybrid_agent.dialogue.gathering.reads import arguments_for
from hybrid_agent.state import Action, Request, Source, State
from hybrid_agent_tools import Operation, Scope


class ImpossibleError(Exception):
    """An action that cannot be built from what is known; the text is for the hand-off."""


def build_action(
    request: Request,
    rule: ActionRule,
    operation: Operation,
    facts: Facts,
    *,
    thread: str,
    customer_id: str | None,
    timezone: str,
) -> Action:
    """The action with its arguments taken from slots and facts, validated. Raises ImpossibleError."""
    given = arguments_for(rule.arguments, operation, facts.scope, timezone)
    arguments = checked_arguments(operation, given)
    try:
        summary = render(rule.summary, {**facts.scope, "argument": arguments})
    except KeyError as hole:
        raise ImpossibleError(f"{operation.name}: nothing is known for {hole}") from None
    return freeze(
        request,
        operation,
        arguments,
        {name: rule.arguments[name] for name in arguments if name in rule.arguments},
        summary=summary,
        thread=thread,
        customer_id=customer_id,
    )


def checked_arguments(operation: Operation, given: Mapping[str, object]) -> dict[str, JsonValue]:
    """The arguments in canonical JSON, as the operation declares them. Raises ImpossibleError."""
    try:
        model = operation.arguments.model_validate(dict(given))
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)
        )
        raise ImpossibleError(f"{operation.name} cannot take these arguments: {wrong}") from None
    arguments: dict[str, JsonValue] = model.model_dump(mode="json", exclude_none=True)
    return arguments


def freeze(
    request: Request,
    operation: Operation,
    arguments: Mapping[str, JsonValue],
    sources: Mapping[str, str],
    *,
    summary: str,
    thread: str,
    customer_id: str | None,
) -> Action:
    """An action whose id follows from conversation, request and digest: a repeat is the same action.

    The id also follows from the action that it replaces: whoever goes back to what they first wanted gets
    a new action, because the first was dropped.
    """
    owner = None if operation.scope is Scope.PUBLIC else customer_id
    draft = Action(
        id="draft",
        request_id=request.id,
        operation=operation.name,
        arguments=arguments,
        sources=sources,
        customer_id=owner,
        summary=summary,
    )
    before = request.action
    if before is not None and before.digest == draft.digest:
        return draft.model_copy(update={"id": before.id})
    name = "\n".join((thread, request.id, draft.digest, *([before.id] if before else [])))
    return draft.model_copy(update={"id": hashlib.sha256(name.encode()).hexdigest()[:16]})


def _is_judged(request: Request) -> bool:
    return any(slot.source is Source.JUDGED for slot in request.slots.values())


def rule_on(request: Request, state: State, deployment: Deployment) -> policy.Ruling:
    """The gate's ruling on a request's action, with the facts that are known now.

    It is sure of nothing that somebody only took the customer's words to mean.
    """
    if request.action is None or request.intent is None:
        return policy.Ruling(policy.Verdict.NOT_ALLOWED, reasons=("no_action",))
    return policy.judge(
        request.action,
        deployment.toolbox.operations[request.action.operation],
        deployment.catalog.intents[request.intent],
        facts=facts_of(request, state["evidence"], deployment).scope,
        confidence=0.0 if _is_judged(request) else request.confidence,
        thresholds=deployment.catalog.thresholds,
        customer_id=state.get("customer_id"),
    )
