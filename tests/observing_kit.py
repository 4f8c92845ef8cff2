"""What the tests of observing share: a stage that is watched, and its pages as they are asked over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2 as httpx
from graph_kit import Stage
from starlette.middleware import Middleware
from web_kit import templates

from hybrid_agent import build_graph
from hybrid_agent.serving.identity.identity import identity
from hybrid_agent.serving.live import Feed
from hybrid_agent.serving.observing.health import Check
from hybrid_agent.serving.observing.observation import Observation, observe
from hybrid_agent.serving.observing.pages import observing_pages
from hybrid_agent.serving.observing.requests import CountedRequests
from hybrid_agent.serving.on_langgraph import on_langgraph
from hybrid_agent.serving.settings import ServerSettings
from hybrid_agent.serving.settings.observing import Observing
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web.build import build_app
from hybrid_agent.session import Session


@dataclass
class Watched:
    """A stage whose graph is watched, with its pages."""

    stage: Stage
    observation: Observation
    feed: Feed
    app: Any
    near: str = "127.0.0.1"

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """A request for one of the pages."""
        transport = httpx.ASGITransport(self.app, client=(self.near, 1234))
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await client.get(path, headers=named)


def watched(stage: Stage, settings: Observing, further: Mapping[str, Check] | None = None) -> Watched:
    """The same stage, watched."""
    feed = Feed(stage.deployment.records)
    observation = observe(settings, stage.deployment, feed, further or {})
    deployment = observation.deployment
    graph = build_graph(deployment, checkpointer=stage.saver).with_config(callbacks=[observation.watching])
    seen = replace(stage, deployment=deployment, graph=graph, session=Session(graph, deployment))
    counted = Middleware(CountedRequests, measures=observation.measures)
    app = build_app(_site(seen, feed, settings), observing_pages(observation), middleware=[counted])
    return Watched(seen, observation, feed, app)


def _site(stage: Stage, feed: Feed, observing: Observing) -> Site:
    deployment = stage.deployment
    settings = ServerSettings(Path(), "s" * 32, "http://127.0.0.1:8000", observing=observing)
    return Site(
        deployment=deployment,
        threads=on_langgraph("http://127.0.0.1:9"),
        feed=feed,
        settings=settings,
        identity=identity(settings, deployment.records, deployment.clock),
        templates=templates(deployment.name),
    )
