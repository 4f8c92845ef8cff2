"""Customers: the embedding shop signs them in and says so in a token of its own."""

from dataclasses import dataclass
from datetime import datetime

from hybrid_agent.caller import Kind
from hybrid_agent.serving.identity.fetching import fetch
from hybrid_agent.serving.identity.keys import KeySet
from hybrid_agent.serving.identity.tokens import Key, TokenRules, display_name, peeked, subject, verified
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.settings import CustomerTokens


@dataclass(frozen=True, eq=False)
class Customers:
    """Reads the shop's tokens."""

    rules: TokenRules
    claim: str
    key: str | KeySet

    async def person(self, token: str, now: datetime) -> Person:
        """Whose token it is. Raises InvalidCredentialError, NotReadyError where keys cannot be fetched."""
        header, _ = peeked(token)
        key: Key = self.key if isinstance(self.key, str) else await self.key.key(header.get("kid"), now)
        claims = verified(token, key, self.rules, now)
        customer = subject(claims, self.claim)
        return Person(kind=Kind.CUSTOMER, id=customer, name=display_name(claims, customer), credential=token)


def customers(settings: CustomerTokens) -> Customers:
    """How the settings say that customers are known."""
    rules = TokenRules(
        settings.algorithm, settings.audience, settings.issuer, settings.leeway, settings.lifetime
    )
    if settings.jwks_url:
        return Customers(rules, settings.claim, KeySet(settings.jwks_url, settings.algorithm, fetch))
    return Customers(rules, settings.claim, settings.secret or settings.public_key)
