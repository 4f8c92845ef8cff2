"""The parts of the server, put together: the graph, who may use it, and the site beside it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from langgraph_sdk import Auth
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from hybrid_agent.loading import load_deployment
from hybrid_agent.serving.access.auth import access_to
from hybrid_agent.serving.access.gate import Gate
from hybrid_agent.serving.access.shown import Shown
from hybrid_agent.serving.beside import beside
from hybrid_agent.serving.chat.pages import PAGES as CHAT
from hybrid_agent.serving.console.pages import PAGES as CONSOLE
from hybrid_agent.serving.identity.identity import identity
from hybrid_agent.serving.live import Feed, at_signal
from hybrid_agent.serving.observing.health import Pulse
from hybrid_agent.serving.observing.observation import Observation, observe
from hybrid_agent.serving.observing.pages import observing_pages
from hybrid_agent.serving.observing.requests import CountedRequests
from hybrid_agent.serving.on_langgraph import OnLangGraph, on_langgraph
from hybrid_agent.serving.rendering.templates import read_templates
from hybrid_agent.serving.served_graph import ServedGraph, served_graph
from hybrid_agent.serving.settings import ServerSettings
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web.build import build_app
from hybrid_agent.upkeep.sweep import keep_sweeping


@dataclass(frozen=True, slots=True)
class Assembly:
    """What a LangGraph server is given."""

    graph: ServedGraph
    auth: Auth
    app: Starlette


def assemble(settings: ServerSettings) -> Assembly:
    """Load the deployment and put everything together; the app's lifespan begins and ends what runs beside.

    Blocks. Raises ConfigurationError, KnowledgeError, RecordsError or ToolError.
    """
    deployment = load_deployment(settings.deployment)
    feed, threads = Feed(deployment.records), on_langgraph(settings.api_url)
    sweeping = Pulse(within=3 * deployment.lease.total_seconds())
    observation = observe(settings.observing, deployment, feed, {"sweep": sweeping})
    site = Site(
        deployment=observation.deployment,
        threads=threads,
        feed=feed,
        settings=settings,
        identity=identity(settings, deployment.records, deployment.clock),
        templates=read_templates(deployment.name),
    )
    pages, ours = (*CHAT, *CONSOLE, *observing_pages(observation)), list[BaseRoute]()
    counted = Middleware(CountedRequests, measures=observation.measures)
    around = [counted, Middleware(Gate, ours=ours), Middleware(Shown)]
    app = build_app(
        site, pages, lifespan=partial(_running, site, observation, threads, sweeping), middleware=around
    )
    ours += app.routes
    return Assembly(served_graph(observation), access_to(site.identity), app)


@asynccontextmanager
async def _running(
    site: Site, observation: Observation, threads: OnLangGraph, sweeping: Pulse, app: Starlette
) -> AsyncIterator[None]:
    """What runs beside the requests, from the server's start to its end."""
    deployment = site.deployment
    async with AsyncExitStack() as closing:
        closing.push_async_callback(deployment.aclose)
        closing.push_async_callback(observation.aclose)
        closing.push_async_callback(threads.aclose)
        await closing.enter_async_context(
            beside(sweep=keep_sweeping(deployment, sweeping.beat), live_feed=site.feed.run())
        )
        closing.enter_context(at_signal(site.feed.end))
        yield
