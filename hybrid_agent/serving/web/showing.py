"""Answers as HTML pages."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from hybrid_agent.serving.people import Person, Proof
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web import cookies
from hybrid_agent.serving.web.csrf import csrf_token


def shown(
    request: Request, site: Site, person: Person | None, template: str, /, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """A template (`console/inbox.html`) filled for this person; None: for somebody not signed in.

    Beside `values` it knows `person`, `path`, `csrf` (for scripts), `csrf_field()` (for forms),
    `asset(name)`, `Role` and `site_name`.
    """
    if person is not None and person.proof is Proof.COOKIE:
        html = _filled(request, site, person, template, person.credential, values)
        return HTMLResponse(html, status)
    browser = cookies.browser_of(request, site.settings) or cookies.new_browser()
    response = HTMLResponse(_filled(request, site, person, template, browser, values), status)
    cookies.set_browser(response, browser, site.settings)
    return response


def _filled(
    request: Request, site: Site, person: Person | None, template: str, bound_to: str, values: dict[str, Any]
) -> str:
    token = csrf_token(site.settings.secret, bound_to)
    return site.templates.html(template, person, token, {"path": request.url.path, **values})
