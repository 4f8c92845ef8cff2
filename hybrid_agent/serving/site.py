"""What the pages are made with: one frozen value that every endpoint gets."""

from dataclasses import dataclass

from hybrid_agent.deployment import Deployment
from hybrid_agent.serving.identity.identity import Identity
from hybrid_agent.serving.live import Feed
from hybrid_agent.serving.rendering.templates import Templates
from hybrid_agent.serving.settings import ServerSettings
from hybrid_agent.serving.threads import Threads


@dataclass(frozen=True)
class Site:
    """The deployment that is served, and LangGraph's API beside it, and what changes in the records.

    `identity` says who sends a request, `templates` are the pages' HTML. The app's lifespan runs `feed`.
    """

    deployment: Deployment
    threads: Threads
    feed: Feed
    settings: ServerSettings
    identity: Identity
    templates: Templates
