"""The page of one conversation: what is to be decided, on what grounds, and what was said and done."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from hybrid_agent.deployment import Deployment
from hybrid_agent.records.models import Approval
from hybrid_agent.serving.console import words
from hybrid_agent.serving.console.casefile import CaseFile, case_file
from hybrid_agent.serving.console.handed import handed
from hybrid_agent.serving.console.history import history, outcome
from hybrid_agent.serving.console.masking import for_staff, sees_all
from hybrid_agent.serving.console.outcomes import Flash, case_path, flash
from hybrid_agent.serving.console.posted import CaseQuery
from hybrid_agent.serving.console.proposals import Proposal, proposal
from hybrid_agent.serving.console.transcript import lines
from hybrid_agent.serving.errors import NoSuchThreadError
from hybrid_agent.serving.people import Person, Role
from hybrid_agent.serving.routing import query_of
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web.showing import shown as page


@dataclass(frozen=True, slots=True)
class Kept:
    """What was typed into forms that could not be carried out, by what they do."""

    approve: str = ""
    reject: str = ""
    respond: str = ""
    say: str = ""


async def case(request: Request, site: Site, person: Person) -> Response:
    """The page `/console/cases/{thread}`, with the `outcome` of what was just done in its address."""
    file = await opened(request, site)
    query, seen = query_of(request, CaseQuery), await for_staff(file, person.caller, site.deployment)
    told = flash(query.outcome, query.approval, seen, person.id, site.deployment)
    values = _values(file, seen, person, site.deployment)
    return page(request, site, person, "console/case.html", flash=told, kept=Kept(), **values)


async def opened(request: Request, site: Site) -> CaseFile:
    """The file of the conversation that the address names. Raises NoSuchThreadError."""
    file = await case_file(site.deployment, request.path_params["thread"])
    if file is None:
        raise NoSuchThreadError("There is no conversation under this address. Go back to the inbox.")
    return file


async def again(
    request: Request, site: Site, person: Person, file: CaseFile, *, status: int, told: str, kept: Kept
) -> Response:
    """The page again, with what is wrong, and with what was typed still in it."""
    seen = await for_staff(file, person.caller, site.deployment)
    values = {"flash": Flash(told, good=False), "kept": kept, **_values(file, seen, person, site.deployment)}
    return page(request, site, person, "console/case.html", status=status, **values)


def _values(file: CaseFile, shown: CaseFile, person: Person, deployment: Deployment) -> dict[str, Any]:
    """What the page has on it; `shown` is the file as this person may see it."""
    zone, viewer = deployment.catalog.timezone, person.caller
    acts = person.role is not None and person.role >= Role.AGENT
    return {
        "file": shown,
        "here": case_path(file.thread),
        "masked": not sees_all(file, viewer, deployment),
        "acts": acts,
        "mine": file.person == person.id,
        "proposals": [proposal(each, shown, viewer, deployment) for each in shown.pending],
        "over": [
            _Over(proposal(each, shown, viewer, deployment), outcome(each), _at(each, zone), _reason(each))
            for each in shown.approvals
            if each not in shown.pending
        ],
        "handed": [handed(each, shown, person.id, zone) for each in shown.hand_offs],
        "lines": lines(shown, zone),
        "history": history(shown),
        "stands": stands(file),
        "mark": str(uuid4()),
        "moment": lambda at: words.moment(at, zone),
        "left": lambda at: words.span(at - file.at),
        "now": file.at,
    }


@dataclass(frozen=True, slots=True)
class _Over:
    """An approval that was decided, or whose time is over."""

    proposal: Proposal
    text: str
    at: str
    reason: str


def _at(approval: Approval, zone: str) -> str:
    return words.moment(approval.decided_at or approval.expires, zone)


def _reason(approval: Approval) -> str:
    return words.visible(approval.reason or "")


def stands(file: CaseFile) -> str:
    """What of a case a page must be reloaded for: a page that shows another value is out of date."""
    pending = [f"{each.id}:{each.digest[:12]}" for each in file.pending]
    open_ones = [each.id for each in file.open_hand_offs]
    signed = [f"{each.approval_id}:{each.by}" for each in file.signatures]
    return " ".join([*pending, *open_ones, *signed, f"person:{file.person or ''}"])
