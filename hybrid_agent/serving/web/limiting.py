"""Limits on everything that this process answers, LangGraph's API included."""

from contextlib import ExitStack
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hybrid_agent.serving.errors import TooManyRequestsError
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web import cookies
from hybrid_agent.serving.web.limits import IN_PROCESS, Limits, address_of
from hybrid_agent.serving.web.refusing import refused


@dataclass(frozen=True, eq=False)
class Limited:
    """Middleware around a whole app: answers 429 to whoever asks too often, or guesses tokens."""

    app: ASGIApp
    site: Site
    limits: Limits = field(default_factory=Limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request, and a token that did not count."""
        if scope["type"] != "http" or IN_PROCESS in scope:
            await self.app(scope, receive, send)
            return
        request, settings = Request(scope), self.site.settings
        address, token = address_of(scope, settings.proxies), request.headers.get("authorization", "")

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 401 and token:
                self.limits.failed(address)
            await send(message)

        with ExitStack() as places:
            try:
                self.limits.spend(address, token or cookies.session_of(request, settings) or "")
                places.enter_context(self.limits.under_way.taken(address))
            except TooManyRequestsError as error:
                await refused(request, self.site, None, None, error)(scope, receive, send)
                return
            await self.app(scope, receive, sending)
