"""The site as a Starlette app: made of pages, and of nothing else."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from hybrid_agent.serving.routing import Page
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web.answering import answering
from hybrid_agent.serving.web.bounding import Bounded
from hybrid_agent.serving.web.correlation import Correlated
from hybrid_agent.serving.web.limiting import Limited
from hybrid_agent.serving.web.pages import PAGES, described

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]

METHODS = ("DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT")


def build_app(
    site: Site,
    pages: Sequence[Page],
    *,
    lifespan: Lifespan | None = None,
    middleware: Sequence[Middleware] = (),
) -> Starlette:
    """The app of these pages and those of the frame itself: sign-in, sessions, assets, the OpenAPI document.

    LangGraph's server puts its own routes behind ours and our middleware around all: `middleware`, then an id
    for each request, limits on how often and how much. `app.state.pages` has the pages.

    Raises ValueError where two pages have one address.
    """
    listed = all_pages(site, pages)
    app = Starlette(
        routes=routes(site, listed),
        lifespan=lifespan,
        middleware=[
            *middleware,
            Middleware(Correlated),
            Middleware(Limited, site=site),
            Middleware(Bounded, site=site),
        ],
    )
    app.state.pages = listed
    return app


def all_pages(site: Site, pages: Sequence[Page]) -> tuple[Page, ...]:
    """These pages, and those of the frame itself."""
    listed = (*pages, *PAGES)
    return (*listed, described(listed, site.deployment.name))


def routes(site: Site, pages: Sequence[Page]) -> list[Route]:
    """One route a path, in the order of the pages; paths without parameters come first."""
    by_path = defaultdict[str, dict[str, Page]](dict)
    for page in pages:
        if page.method in by_path[page.path]:
            raise ValueError(f"two pages are {page.method} {page.path}")
        by_path[page.path][page.method] = page
    return [
        Route(path, answering(by_method, site), methods=METHODS, name=path)
        for path, by_method in sorted(by_path.items(), key=lambda each: "{" in each[0])
    ]
