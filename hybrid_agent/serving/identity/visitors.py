"""Anonymous visitors: a token of ours with a random id, so that their conversations stay theirs."""

from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final

import jwt

from hybrid_agent.caller import Kind
from hybrid_agent.serving.identity.tokens import TokenRules, subject, verified
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.settings import Algorithm

PREFIX: Final = "ha-visitor."
AUDIENCE: Final = "hybrid-agent visitor"


def visitor_token(secret: str, now: datetime, lifetime: timedelta) -> str:
    """A token for somebody new."""
    claims = {"sub": f"visitor-{token_urlsafe(16)}", "aud": AUDIENCE, "iat": now, "exp": now + lifetime}
    return PREFIX + jwt.encode(claims, secret, algorithm=Algorithm.HS256.value)


def visitor_of(token: str, secret: str, now: datetime) -> Person:
    """Whose token it is. Raises InvalidCredentialError."""
    rules = TokenRules(Algorithm.HS256, AUDIENCE, "", timedelta(0), timedelta.max)
    claims = verified(token.removeprefix(PREFIX), secret, rules, now)
    return Person(kind=Kind.ANONYMOUS, id=subject(claims), name="Visitor", credential=token)
