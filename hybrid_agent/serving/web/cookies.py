"""The cookies that we set: all of them for this host alone, and out of reach of scripts."""

from secrets import token_urlsafe
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from hybrid_agent.serving.settings import ServerSettings

SESSION: Final = "ha_session"
BROWSER: Final = "ha_browser"
"""Something random that forms are bound to before anybody has signed in."""
LEAVING: Final = "ha_leaving"
"""What a browser takes along to the identity provider, for ten minutes."""
LEAVING_SECONDS: Final = 600


def session_of(request: Request, settings: ServerSettings) -> str | None:
    """The token of the session that the browser has."""
    return request.cookies.get(_name(SESSION, settings))


def set_session(response: Response, token: str, settings: ServerSettings) -> None:
    """Let the browser have a session, for as long as it may last."""
    _set(response, SESSION, token, settings, seconds=int(settings.session.total_seconds()))


def end_session(response: Response, settings: ServerSettings) -> None:
    """Let the browser forget its session."""
    _set(response, SESSION, "", settings, seconds=0)


def browser_of(request: Request, settings: ServerSettings) -> str | None:
    """What the browser is known by before anybody has signed in."""
    return request.cookies.get(_name(BROWSER, settings))


def new_browser() -> str:
    """For a browser that is not known."""
    return token_urlsafe(24)


def set_browser(response: Response, browser: str, settings: ServerSettings) -> None:
    """Let the browser keep what it is known by until it is closed."""
    _set(response, BROWSER, browser, settings, seconds=None)


def leaving_of(request: Request, settings: ServerSettings) -> str | None:
    """What the browser took along to the identity provider."""
    return request.cookies.get(_name(LEAVING, settings))


def set_leaving(response: Response, value: str, settings: ServerSettings) -> None:
    """Let the browser take something along; empty: forget it."""
    _set(response, LEAVING, value, settings, seconds=LEAVING_SECONDS if value else 0)


def _set(response: Response, name: str, value: str, settings: ServerSettings, *, seconds: int | None) -> None:
    response.set_cookie(
        _name(name, settings),
        value,
        max_age=seconds,
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )


def _name(name: str, settings: ServerSettings) -> str:
    """With the prefix that lets browsers refuse it from other hosts and without TLS (RFC 6265bis)."""
    return f"__Host-{name}" if settings.secure else name
