"""Finding conversations, and who decided what, when, on what."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.deciding.viewing import may_see
from hybrid_agent.records.searching import Deed, Found, history, search
from hybrid_agent.serving.console import words
from hybrid_agent.serving.console.history import DECIDED
from hybrid_agent.serving.console.outcomes import case_path
from hybrid_agent.serving.console.posted import DecisionsQuery, SearchQuery
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.routing import query_of
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web.showing import shown

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation that was found, and where; the words around are for those who see all of everybody."""

    path: str
    customer: str
    where: str
    words: str
    at: str


@dataclass(frozen=True, slots=True)
class Row:
    """A decision: who, what, when, on what."""

    path: str
    by: str
    what: str
    summary: str
    customer: str
    reason: str
    at: str


async def look_up(request: Request, site: Site, person: Person) -> Response:
    """The page `/console/search`; `q` is a customer, an order's number, a conversation, or words."""
    sought, deployment = words.visible(query_of(request, SearchQuery).q), site.deployment
    async with deployment.records.read() as connection:
        found = await search(connection, sought, limit=A_PAGE) if sought else []
    hits = [_hit(each, person, deployment) for each in found]
    full = len(found) == A_PAGE
    return shown(request, site, person, "console/search.html", sought=sought, hits=hits, full=full)


async def decisions(request: Request, site: Site, person: Person) -> Response:
    """The page `/console/decisions`: the latest first; `by` is a member of staff, `before` a time."""
    query, deployment = query_of(request, DecisionsQuery), site.deployment
    by = words.visible(query.by)
    async with deployment.records.read() as connection:
        found = await history(connection, by=by or None, before=_before(query, site), limit=A_PAGE + 1)
    more = found[A_PAGE - 1].at.isoformat() if len(found) > A_PAGE else ""
    rows = [_row(each, person, deployment) for each in found[:A_PAGE]]
    until = query.until.isoformat() if query.until else ""
    return shown(request, site, person, "console/decisions.html", rows=rows, by=by, until=until, more=more)


def _before(query: DecisionsQuery, site: Site) -> datetime | None:
    """The end of the last day that is wanted, where the shop is, or where the page before ended."""
    if query.before is not None or query.until is None:
        return query.before
    zone = ZoneInfo(site.deployment.catalog.timezone)
    return datetime.combine(query.until + timedelta(days=1), time(), zone)


def _hit(found: Found, person: Person, deployment: Deployment) -> Hit:
    return Hit(
        path=case_path(found.thread),
        customer=found.customer_id or "",
        where=words.words(found.where),
        words=words.visible(found.words) if may_see(person.caller, deployment) else "",
        at=words.moment(found.last_at, deployment.catalog.timezone),
    )


def _row(deed: Deed, person: Person, deployment: Deployment) -> Row:
    told = {status.value: text for status, text in DECIDED.items()}
    seen = may_see(person.caller, deployment, _deciders(deed, deployment))
    return Row(
        path=case_path(deed.thread),
        by=deed.by or "nobody",
        what="closed the hand-off" if deed.kind == "hand_off" else told.get(deed.outcome, deed.outcome),
        summary=words.visible(deed.summary if seen else _title(deed, deployment)),
        customer=deed.customer_id or "",
        reason=words.visible(deed.reason or "") if seen else "",
        at=words.moment(deed.at, deployment.catalog.timezone),
    )


def _deciders(deed: Deed, deployment: Deployment) -> frozenset[str]:
    """The roles that may decide what this deed is about, as the catalog has it now."""
    intent = deployment.catalog.intents.get(deed.intent or "")
    rule = intent.action.approval if intent and intent.action else None
    return frozenset(each.role for each in rule.by) if rule and deed.kind == "approval" else frozenset()


def _title(deed: Deed, deployment: Deployment) -> str:
    intent = deployment.catalog.intents.get(deed.intent or "")
    return intent.title if intent else ""
