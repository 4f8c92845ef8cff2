"""What the tests of observing share: a stage that is watched, and its pages as they are asked over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx2 as httpx
from graph_kit import Stage
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hybrid_agent import build_graph
from hybrid_agent.serving.errors import NotFoundError
from hybrid_agent.serving.live import Feed
from hybrid_agent.serving.observing.health import Check
from hybrid_agent.serving.observing.observation import Observation, observe
from hybrid_agent.serving.observing.pages import observing_pages
from hybrid_agent.serving.observing.requests import CountedRequests
from hybrid_agent.serving.observing.settings import Observing
from hybrid_agent.serving.routing import Page
from hybrid_agent.session import Session


@dataclass
class Watched:
    """A stage whose graph is watched, with its pages."""

    stage: Stage
    observation: Observation
    app: Any
    near: str = "127.0.0.1"

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """A request for one of the pages."""
        transport = httpx.ASGITransport(self.app, client=(self.near, 1234))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(
                path, headers={name.replace("_", "-"): value for name, value in headers.items()}
            )


def watched(stage: Stage, settings: Observing, further: Mapping[str, Check] | None = None) -> Watched:
    """The same stage, watched."""
    observation = observe(settings, stage.deployment, Feed(stage.deployment.records), further or {})
    deployment = observation.deployment
    graph = build_graph(deployment, checkpointer=stage.saver).with_config(callbacks=[observation.watching])
    seen = replace(stage, deployment=deployment, graph=graph, session=Session(graph, deployment))
    app = Starlette(routes=[_route(each) for each in observing_pages(observation)])
    return Watched(seen, observation, CountedRequests(app, observation.measures))


def _route(page: Page) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            answer: Response = await page.endpoint(request, None)  # type: ignore
        except NotFoundError:
            return Response(status_code=404)
        return answer

    return Route(page.path, endpoint, methods=[page.method])
