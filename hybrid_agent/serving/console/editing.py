"""The page on which a pending action is changed: a form from the operation's own schema."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import Response

from hybrid_agent.dialogue.deciding.decisions import identifying
from hybrid_agent.records.models import Approval
from hybrid_agent.serving.console import forms
from hybrid_agent.serving.console.case import opened
from hybrid_agent.serving.console.casefile import CaseFile
from hybrid_agent.serving.console.deciding import decide
from hybrid_agent.serving.console.outcomes import Outcome, case_path, redirect
from hybrid_agent.serving.console.posted import LONGEST_REASON, EditForm, spoken
from hybrid_agent.serving.console.proposals import may_decide
from hybrid_agent.serving.errors import InvalidInputError, NotAllowedError, NotFoundError
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.routing import body_of
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web.showing import shown


async def edit(request: Request, site: Site, person: Person) -> Response:
    """The form, with the values as they are proposed."""
    file = await opened(request, site)
    approval = _approval(request, file)
    if approval not in file.pending:
        return redirect(file.thread, Outcome.LATE, approval.id)
    _expect_decider(approval, file, site, person)
    return _page(request, site, person, file, approval, _fields(approval, site))


async def send_edit(request: Request, site: Site, person: Person) -> Response:
    """What was typed: problems beside their fields, or the edited action for the graph to judge."""
    form, file = body_of(request, EditForm), await opened(request, site)
    approval = _approval(request, file)
    if approval not in file.pending or approval.digest != form.digest:
        outcome = Outcome.CHANGED if approval in file.pending else Outcome.LATE
        return redirect(file.thread, outcome, approval.id)
    _expect_decider(approval, file, site, person)
    edited = _edited(form, approval, site)
    if edited.problem:
        return _page(request, site, person, file, approval, edited.fields, edited.problem, 422)
    decision = {
        "type": "edit",
        "approval_id": approval.id,
        "digest": form.digest,
        "edited_action": {"name": approval.operation, "args": edited.changed},
        "message": edited.reason,
    }
    decided = await decide(site, file.thread, decision, person)
    if decided.outcome is None:
        return _page(request, site, person, file, approval, edited.fields, decided.notice, 409)
    return redirect(file.thread, decided.outcome, approval.id)


@dataclass(frozen=True, slots=True)
class Edited:
    """The form as it was typed, and what it changes; `problem` says why it cannot be sent."""

    fields: tuple[forms.Field, ...]
    changed: Mapping[str, JsonValue]
    reason: str = ""
    problem: str = ""


def _edited(form: EditForm, approval: Approval, site: Site) -> Edited:
    operation = site.deployment.toolbox.operations[approval.operation]
    typed = forms.typed(_fields(approval, site), form.typed)
    changed, fields = forms.checked(operation, typed, _arguments(approval))
    if any(each.problem for each in fields):
        return Edited(fields, changed, problem="Some values cannot be used.")
    if not changed:
        nothing = "Nothing is changed. Change a value, or go back and approve it as it is."
        return Edited(fields, changed, problem=nothing)
    try:
        return Edited(fields, changed, spoken(form.message, longest=LONGEST_REASON))
    except InvalidInputError as wrong:
        return Edited(fields, changed, problem=wrong.message)


def _page(
    request: Request,
    site: Site,
    person: Person,
    file: CaseFile,
    approval: Approval,
    fields: Collection[forms.Field],
    problem: str = "",
    status: int = 200,
) -> Response:
    return shown(
        request,
        site,
        person,
        "console/edit.html",
        status=status,
        here=case_path(file.thread),
        approval=approval,
        fields=fields,
        problem=problem,
    )


def _fields(approval: Approval, site: Site) -> tuple[forms.Field, ...]:
    operation = site.deployment.toolbox.operations[approval.operation]
    return forms.fields_of(operation, _arguments(approval), identifying(approval.intent, site.deployment))


def _arguments(approval: Approval) -> dict[str, JsonValue]:
    payload = approval.payload if isinstance(approval.payload, dict) else {}
    arguments = payload.get("arguments")
    return dict(arguments) if isinstance(arguments, dict) else {}


def _approval(request: Request, file: CaseFile) -> Approval:
    wanted = request.path_params["approval"]
    found = next((each for each in file.approvals if each.id == wanted), None)
    if found is None:
        raise NotFoundError("This conversation has no such approval. Go back to the inbox.")
    return found


def _expect_decider(approval: Approval, file: CaseFile, site: Site, person: Person) -> None:
    if not may_decide(approval, file, person.caller, site.deployment):
        raise NotAllowedError("Your roles do not let you decide this. Somebody else has to change it.")
