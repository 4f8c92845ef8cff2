"""Signing in and out: with a local account, or at the identity provider's."""

from datetime import timedelta
from typing import Final

import jwt
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hybrid_agent.records import sessions
from hybrid_agent.serving.errors import InvalidCredentialError, NotFoundError, ServingError
from hybrid_agent.serving.identity.provider import CALLBACK, Leaving, StaffProvider
from hybrid_agent.serving.identity.sessions import SignedIn, session_id
from hybrid_agent.serving.identity.tokens import TokenRules, verified
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.routing import Access, Page, body_of, query_of
from hybrid_agent.serving.settings import Algorithm
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web import cookies
from hybrid_agent.serving.web.asking import own_path, sign_in_form
from hybrid_agent.serving.web.limits import address_of

SIGN_IN: Final = "/site/sign-in"
LEAVING: Final = "hybrid-agent leaving"
LEAVING_RULES: Final = TokenRules(Algorithm.HS256, LEAVING, "", timedelta(0), timedelta(hours=1))


class Onward(BaseModel):
    """Where to go afterwards: a path of this site."""

    onward: str = Field(default="", max_length=500)


class SignIn(Onward):
    """A local account's user name and password."""

    user: str = Field(max_length=200)
    password: str = Field(max_length=1_000)


async def form(request: Request, site: Site) -> Response:
    """The sign-in page."""
    return sign_in_form(request, site, onward=query_of(request, Onward).onward)


async def sign_in(request: Request, site: Site) -> Response:
    """Sign in with a local account."""
    if site.identity.accounts is None:
        raise NotFoundError("There are no local accounts here.")
    given = body_of(request, SignIn)
    address = address_of(request.scope, site.settings.proxies)
    try:
        who = await site.identity.accounts.sign_in(given.user, given.password, address, site.identity.clock())
    except ServingError as error:
        response = sign_in_form(
            request, site, error.message, user=given.user, onward=given.onward, status=error.status
        )
        if error.after is not None:
            response.headers["retry-after"] = str(error.after)
        return response
    return await _begun(site, who, given.onward)


async def leave(request: Request, site: Site) -> Response:
    """Send the browser to the identity provider."""
    address, leaving = await _provider(site).leave()
    response = RedirectResponse(address, 303)
    cookies.set_leaving(response, _packed(site, leaving, query_of(request, Onward).onward), site.settings)
    return response


async def back(request: Request, site: Site) -> Response:
    """The browser is back from the identity provider."""
    leaving, onward = _unpacked(site, cookies.leaving_of(request, site.settings))
    try:
        who = await _provider(site).back_with(request.query_params, leaving, site.identity.clock())
    except ServingError as error:
        response: Response = sign_in_form(request, site, error.message, onward=onward, status=error.status)
    else:
        response = await _begun(site, who, onward)
    cookies.set_leaving(response, "", site.settings)
    return response


async def sign_out(request: Request, site: Site, person: Person) -> Response:
    """End this session."""
    async with site.deployment.records.write() as tx:
        await sessions.end(tx, session_id(person.credential), user=person.id)
    response = RedirectResponse(SIGN_IN, 303)
    cookies.end_session(response, site.settings)
    return response


async def _begun(site: Site, who: SignedIn, onward: str) -> Response:
    response = RedirectResponse(own_path(onward), 303)
    cookies.set_session(response, await site.identity.begin(who), site.settings)
    return response


def _provider(site: Site) -> StaffProvider:
    if site.identity.provider is None:
        raise NotFoundError("Staff do not sign in at a provider here.")
    return site.identity.provider


def _packed(site: Site, leaving: Leaving, onward: str) -> str:
    now = site.identity.clock()
    claims = {
        "sub": leaving.state,
        "nonce": leaving.nonce,
        "verifier": leaving.verifier,
        "onward": onward,
        "aud": LEAVING,
        "exp": now + timedelta(seconds=cookies.LEAVING_SECONDS),
    }
    return jwt.encode(claims, site.settings.secret, algorithm=Algorithm.HS256.value)


def _unpacked(site: Site, packed: str | None) -> tuple[Leaving, str]:
    if not packed:
        raise InvalidCredentialError(
            "This sign-in was begun in another browser, or too long ago. Begin again."
        )
    claims = verified(packed, site.settings.secret, LEAVING_RULES, site.identity.clock())
    return Leaving(claims["sub"], claims["nonce"], claims["verifier"]), claims["onward"]


PAGES = (
    Page("GET", SIGN_IN, Access.EVERYBODY, form, "The sign-in page of staff", query=Onward),
    Page("POST", SIGN_IN, Access.EVERYBODY, sign_in, "Sign in with a local account", reads=SignIn),
    Page("GET", f"{SIGN_IN}/provider", Access.EVERYBODY, leave, "Go to the identity provider", query=Onward),
    Page("GET", CALLBACK, Access.EVERYBODY, back, "Come back from the identity provider"),
    Page("POST", "/site/sign-out", Access.VIEWER, sign_out, "Sign out"),
)
