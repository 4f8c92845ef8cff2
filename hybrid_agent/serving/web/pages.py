"""The pages of the frame itself."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hybrid_agent.serving.errors import NotFoundError
from hybrid_agent.serving.rendering.assets import ADDRESS
from hybrid_agent.serving.routing import Access, Page
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web import own_sessions, signing_in
from hybrid_agent.serving.web.openapi import document

OPENAPI = "/site/openapi.json"
FOR_EVER = "public, max-age=31536000, immutable"


async def asset(request: Request, site: Site) -> Response:
    """A style sheet, script or picture."""
    found = site.templates.assets.get(request.path_params["name"])
    if found is None or found.digest != request.path_params["digest"]:
        raise NotFoundError("There is no such file: load the page again.")
    return Response(found.content, media_type=found.media_type, headers={"cache-control": FOR_EVER})


PAGES = (
    *signing_in.PAGES,
    *own_sessions.PAGES,
    Page(
        "GET",
        f"{ADDRESS}/{{digest}}/{{name:path}}",
        Access.EVERYBODY,
        asset,
        "A style sheet, script or picture",
        framed=True,
    ),
)


def described(pages: Sequence[Page], name: str) -> Page:
    """The page that describes these pages, and itself, to programs."""

    async def openapi(request: Request, site: Site) -> Response:
        return JSONResponse(described_as)

    itself = Page("GET", OPENAPI, Access.EVERYBODY, openapi, "This description of the JSON routes", json=True)
    described_as = document((*pages, itself), name)
    return itself
