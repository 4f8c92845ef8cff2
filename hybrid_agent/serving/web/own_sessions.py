"""Where somebody is signed in, and signing out there."""

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hybrid_agent.records import sessions
from hybrid_agent.serving.identity.sessions import session_id
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.routing import Access, Page, body_of
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web.showing import shown

ADDRESS = "/site/sessions"


class Ending(BaseModel):
    """The session to end."""

    session: str = Field(min_length=64, max_length=64)


async def listing(request: Request, site: Site, person: Person) -> Response:
    """The sessions of whoever asks."""
    async with site.deployment.records.read() as connection:
        found = await sessions.of_user(connection, person.id)
    now, idle = site.identity.clock(), site.settings.idle
    running = [each for each in found if each.expires > now and each.seen + idle > now]
    this = session_id(person.credential)
    return shown(request, site, person, "web/sessions.html", sessions=running, this=this)


async def end(request: Request, site: Site, person: Person) -> Response:
    """Sign out elsewhere."""
    async with site.deployment.records.write() as tx:
        await sessions.end(tx, body_of(request, Ending).session, user=person.id)
    return RedirectResponse(ADDRESS, 303)


PAGES = (
    Page("GET", ADDRESS, Access.VIEWER, listing, "Where I am signed in"),
    Page("POST", ADDRESS, Access.VIEWER, end, "Sign out somewhere else", reads=Ending),
)
