"""The inbox: every conversation that needs a person, the most pressing first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.deciding.viewing import may_see
from hybrid_agent.records.cases import Case, CaseKind, Counted, Place, Wanted, cases, count
from hybrid_agent.serving.console import words
from hybrid_agent.serving.console.outcomes import case_path
from hybrid_agent.serving.console.posted import InboxQuery, Show
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.routing import query_of
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web.showing import shown

A_PAGE = 50
"""Cases on one page."""

SOON = timedelta(minutes=30)
"""What is due within this time is marked."""


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list: what is to be decided or was wanted, and the summaries of its hand-offs.

    `due_in` is how long is left, or how long it is overdue.
    """

    case: Case
    path: str
    what: str
    detail: str
    titles: tuple[str, ...]
    reasons: tuple[str, ...]
    due: str
    due_iso: str
    due_in: str
    overdue: bool
    soon: bool
    age: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Tab:
    """A filter with how many cases it shows, where that is counted."""

    name: str
    label: str
    count: int | None
    chosen: bool
    path: str


async def inbox(request: Request, site: Site, person: Person) -> Response:
    """The page `/console`."""
    query = query_of(request, InboxQuery)
    show, after = query.show, Place(query.due, query.after) if query.due and query.after else None
    deployment, now = site.deployment, site.deployment.clock()
    wanted = Wanted(
        kind={Show.APPROVALS: CaseKind.APPROVAL, Show.HAND_OFFS: CaseKind.HAND_OFF}.get(show),
        person=person.id if show is Show.MINE else None,
        after=after,
        limit=A_PAGE + 1,
    )
    async with deployment.records.read() as connection:
        found = await cases(connection, now=now, service=deployment.service, wanted=wanted)
        counted = await count(connection, now=now)
    if show is Show.OVERDUE:
        found = [each for each in found if each.due <= now]
    more = found[A_PAGE - 1].place if len(found) > A_PAGE else None
    return shown(
        request,
        site,
        person,
        "console/inbox.html",
        rows=[_row(each, person, deployment, now) for each in found[:A_PAGE]],
        tabs=_tabs(show, counted),
        show=show.value,
        waiting=counted.all,
        first=after is None,
        next=_path(show, more) if more else None,
        here=_path(show, None),
    )


def _row(case: Case, person: Person, deployment: Deployment, now: datetime) -> Row:
    """Who may not see the case's personal data gets the titles of what it is about, and no summary."""
    seen = may_see(person.caller, deployment, case.deciders, case.person)
    intents = (deployment.catalog.intents.get(each) for each in case.intents)
    titles = tuple(each.title for each in intents if each)
    summaries = case.summaries if seen else ()
    asked, handed = summaries[: len(case.approvals)], summaries[len(case.approvals) :]
    return Row(
        case=case,
        path=case_path(case.thread),
        what=words.visible("; ".join(asked) or ", ".join(titles)) or "A conversation for a person",
        detail=words.visible(" ".join(handed)),
        titles=titles,
        reasons=tuple(words.words(each) for each in case.reasons),
        due=words.moment(case.due, deployment.catalog.timezone),
        due_iso=case.due.isoformat(),
        due_in=words.span(case.due - now),
        overdue=case.due <= now,
        soon=case.due - now <= SOON,
        age=words.span(now - case.since),
        mine=case.person == person.id,
    )


def _tabs(show: Show, counted: Counted) -> list[Tab]:
    counts = {
        Show.ALL: ("All", counted.all),
        Show.APPROVALS: ("Approvals", counted.approvals),
        Show.HAND_OFFS: ("Hand-offs", counted.hand_offs),
        Show.MINE: ("Mine", None),
        Show.OVERDUE: ("Overdue", counted.overdue),
    }
    return [
        Tab(name.value, label, number, name is show, _path(name, None))
        for name, (label, number) in counts.items()
    ]


def _path(show: Show, after: Place | None) -> str:
    query = {} if show is Show.ALL else {"show": show.value}
    if after is not None:
        query |= {"due": after.due.isoformat(), "after": after.thread}
    return f"/console?{urlencode(query)}" if query else "/console"
