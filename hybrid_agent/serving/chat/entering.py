"""Coming in: the page, and tokens for those who bring none."""

import jwt
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hybrid_agent.serving.chat.bodies import Sample, Token
from hybrid_agent.serving.chat.conversations import answer
from hybrid_agent.serving.errors import NotFoundError
from hybrid_agent.serving.routing import body_of
from hybrid_agent.serving.settings import Algorithm
from hybrid_agent.serving.site import Site

SCRIPT = "chat/embed.js"
FOR_A_WHILE = "public, max-age=600"
"""Shops name the script without a hash, so it must be asked for again."""


async def page(request: Request, site: Site) -> Response:
    """The chat page: nothing of anybody is in it, and no cookie is set; a token fetches what is shown."""
    settings = site.settings
    values = {
        "origins": [settings.url, *settings.embedded_by],
        "anonymous": settings.anonymous,
        "samples": settings.demo.customers if settings.demo else (),
    }
    return HTMLResponse(site.templates.html("chat/chat.html", None, "", values))


async def embed(request: Request, site: Site) -> Response:
    """The script that a shop's page names."""
    script = site.templates.assets[SCRIPT]
    return Response(script.content, media_type=script.media_type, headers={"cache-control": FOR_A_WHILE})


async def visit(request: Request, site: Site) -> Response:
    """A token for somebody whom the shop does not know, good for conversations of their own."""
    token = site.identity.visitor().credential
    return answer(Token(token=token, expires=site.deployment.clock() + site.settings.visit), 201)


async def sample(request: Request, site: Site) -> Response:
    """A token as the shop would give it to this sample customer; in a demonstration only."""
    settings, wanted = site.settings, body_of(request, Sample).customer
    known = {each.id for each in settings.demo.customers} if settings.demo else set()
    if settings.customers is None or not settings.customers.secret or wanted not in known:
        raise NotFoundError("There is no such sample customer.")
    now = site.deployment.clock()
    expires = now + min(settings.customers.lifetime, settings.visit)
    issuer = {"iss": settings.customers.issuer} if settings.customers.issuer else {}
    claims = {"sub": wanted, "aud": settings.customers.audience, "iat": now, "exp": expires, **issuer}
    signed = {**claims, settings.customers.claim: wanted}
    token = jwt.encode(signed, settings.customers.secret, Algorithm.HS256.value)
    return answer(Token(token=token, expires=expires), 201)
