"""Requests that change something come from our own pages: a token bound to the session, and the origin."""

import hashlib
import hmac
from typing import Final

from starlette.requests import Request

from hybrid_agent.serving.errors import NotAllowedError
from hybrid_agent.serving.rendering.templates import CSRF_FIELD
from hybrid_agent.serving.web.bodies import form_of

HEADER: Final = "x-csrf-token"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES: Final = frozenset({None, "same-origin", "none"})
"""Sec-Fetch-Site of requests from our pages or typed by the user; None: the browser does not send it."""


def csrf_token(secret: str, bound_to: str) -> str:
    """The token of the forms that are shown to the holder of this credential."""
    return hmac.new(secret.encode(), f"csrf {bound_to}".encode(), hashlib.sha256).hexdigest()


async def check_csrf(request: Request, secret: str, bound_to: str, url: str) -> None:
    """Raises NotAllowedError unless a page of ours, shown to who has this credential, sent the request."""
    origin = request.headers.get("origin")
    if request.headers.get("sec-fetch-site") not in OWN_SITES or origin not in {
        None,
        url,
        own_origin(request),
    }:
        raise NotAllowedError("This was sent from another site. Nothing was done.")
    sent = request.headers.get(HEADER) or await _field(request)
    if not hmac.compare_digest(sent.encode(), csrf_token(secret, bound_to).encode()):
        raise NotAllowedError(
            "This page was shown before you signed in last, or by somebody else. Nothing was done: "
            "go back, load the page again, and try once more."
        )


def own_origin(request: Request) -> str:
    """Where the browser says that it sent the request."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}"


async def _field(request: Request) -> str:
    found = (await form_of(request)).get(CSRF_FIELD)
    return found if isinstance(found, str) else ""
