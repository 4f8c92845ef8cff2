"""From a request to its answer: who it is, whether they may, whether it came from us, what it carries."""

from collections.abc import Awaitable, Callable, Mapping
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from hybrid_agent.serving.errors import NotAllowedError, NotSignedInError, WrongMethodError
from hybrid_agent.serving.people import Person, Proof
from hybrid_agent.serving.routing import Access, Endpoint, OpenEndpoint, Page
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web import cookies
from hybrid_agent.serving.web.bodies import read_into
from hybrid_agent.serving.web.bounding import bounded_receive
from hybrid_agent.serving.web.csrf import SAFE, check_csrf
from hybrid_agent.serving.web.headers import harden
from hybrid_agent.serving.web.refusing import refused

Answer = Callable[[Request], Awaitable[Response]]


def answering(pages: Mapping[str, Page], site: Site) -> Answer:
    """The Starlette endpoint of the pages of one path, by their methods."""

    async def answer(request: Request) -> Response:
        page = pages.get("GET" if request.method == "HEAD" else request.method)
        response = await _answer(request, page, site)
        if page is None:
            response.headers["allow"] = ", ".join(sorted(pages))
        harden(response, page, site.settings)
        return response

    return answer


async def _answer(request: Request, page: Page | None, site: Site) -> Response:
    person = None
    try:
        if page is None:
            raise WrongMethodError(f"{request.method} is not possible here.")
        request = Request(request.scope, bounded_receive(request.scope, request.receive, page.body))
        if page.access is Access.EVERYBODY:
            return await _open(request, page, site)
        person = await site.identity.person_of(
            request.headers.get("authorization"),
            cookies.session_of(request, site.settings),
            used=not _by_itself(request),
        )
        return await _for(person, request, page, site)
    except Exception as error:
        return refused(request, site, page, person, error)


async def _open(request: Request, page: Page, site: Site) -> Response:
    if request.method not in SAFE and not page.json:
        await _from_our_page(request, site, cookies.browser_of(request, site.settings))
    await read_into(request, page)
    return await cast("OpenEndpoint", page.endpoint)(request, site)


async def _for(person: Person | None, request: Request, page: Page, site: Site) -> Response:
    if person is None:
        raise NotSignedInError("Please sign in to see this.")
    if not page.access.allows(person):
        raise NotAllowedError("Your account may not do this. Ask whoever manages the accounts.")
    if request.method not in SAFE and person.proof is Proof.COOKIE:
        await _from_our_page(request, site, person.credential)
    await read_into(request, page)
    return await cast("Endpoint", page.endpoint)(request, site, person)


def _by_itself(request: Request) -> bool:
    """Whether a page's script asks, as browsers say, and nobody has clicked or sent a form."""
    return request.headers.get("sec-fetch-mode", "navigate") != "navigate"


async def _from_our_page(request: Request, site: Site, bound_to: str | None) -> None:
    if bound_to is None:
        raise NotAllowedError(
            "Your browser sent no cookie. Allow cookies for this site, and load the page again."
        )
    await check_csrf(request, site.settings.secret, bound_to, site.settings.url)
