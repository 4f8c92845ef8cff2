"""What every answer of ours tells browsers about what may be done with it."""

from starlette.responses import Response

from hybrid_agent.serving.routing import Page
from hybrid_agent.serving.settings import ServerSettings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors "
)
YEAR = 31_536_000


def harden(response: Response, page: Page | None, settings: ServerSettings) -> None:
    """Set the headers that the page has not set itself."""
    framed = page is not None and page.framed
    ancestors = " ".join(("'self'", *settings.embedded_by)) if framed else "'none'"
    headers = {
        "content-security-policy": POLICY + ancestors,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "cross-origin" if framed else "same-origin",
        "cache-control": "no-store",
    }
    if not framed:
        headers["x-frame-options"] = "DENY"
    if settings.secure:
        headers["strict-transport-security"] = f"max-age={YEAR}; includeSubDomains"
    for name, value in headers.items():
        response.headers.setdefault(name, value)
