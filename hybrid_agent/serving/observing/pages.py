"""The addresses that monitoring asks: does the process live, can it serve, and what does it do."""

import hmac
from collections.abc import Sequence

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hybrid_agent.serving.errors import NotFoundError
from hybrid_agent.serving.observing.health import ask
from hybrid_agent.serving.observing.observation import Observation
from hybrid_agent.serving.observing.service import rendered
from hybrid_agent.serving.routing import Access, Page
from hybrid_agent.serving.settings.observing import MetricsFor, Observing
from hybrid_agent.serving.settings.reading import is_loopback
from hybrid_agent.serving.site import Site

RETRY_AFTER = 5
"""Seconds after which to ask again whether the process is ready."""

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
"""Headers of a request that a proxy passed on, maybe from anywhere."""


def observing_pages(observation: Observation) -> Sequence[Page]:
    """The pages of an observation; the metrics' only answers whom the settings allow."""

    async def health(request: Request, site: Site) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(request: Request, site: Site) -> Response:
        found = await ask(observation.checks)
        parts = {name: wrong or "ok" for name, wrong in found.items()}
        if any(found.values()):
            retry = {"Retry-After": str(RETRY_AFTER)}
            return JSONResponse({"status": "not ready", "parts": parts}, 503, headers=retry)
        return JSONResponse({"status": "ready", "parts": parts})

    async def metrics(request: Request, site: Site) -> Response:
        if not may_read(observation.settings, request):
            raise NotFoundError("There is nothing here.")
        counts = await observation.service.counts()
        body = generate_latest(observation.measures.registry) + rendered(counts)
        return Response(body, media_type=CONTENT_TYPE_LATEST)

    return (
        Page("GET", "/site/health", Access.EVERYBODY, health, "Whether the process lives", json=True),
        Page("GET", "/site/ready", Access.EVERYBODY, ready, "Whether the process can serve", json=True),
        Page("GET", "/site/metrics", Access.EVERYBODY, metrics, "Prometheus metrics", json=True),
    )


def may_read(settings: Observing, request: Request) -> bool:
    """Whether who asks may read the metrics: by the token, or from this machine and through no proxy."""
    if settings.metrics is MetricsFor.TOKEN:
        given = request.headers.get("authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {settings.metrics_token}".encode())
    near = request.client is not None and is_loopback(request.client.host)
    passed_on = any(name in request.headers for name in FORWARDED)
    return settings.metrics is MetricsFor.LOOPBACK and near and not passed_on
