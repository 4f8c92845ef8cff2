"""What the environment says about the tokens of customers."""

from dataclasses import dataclass, field
from datetime import timedelta

from hybrid_agent.serving.settings.reading import Variables
from hybrid_agent.serving.settings.signing import SECRET_LENGTH, Algorithm


@dataclass(frozen=True, slots=True)
class CustomerTokens:
    """How the embedding shop signs its customers in: a JWT, checked with exactly one kind of key.

    `leeway` is how far the shop's clock may be off, `lifetime` how long a token may be good for; `claim` is
    the one that holds the customer's id.
    """

    algorithm: Algorithm
    audience: str
    issuer: str = ""
    secret: str = field(default="", repr=False)
    public_key: str = ""
    jwks_url: str = ""
    claim: str = "sub"
    leeway: timedelta = timedelta(seconds=60)
    lifetime: timedelta = timedelta(hours=24)


def customer_tokens(read: Variables) -> CustomerTokens | None:
    """From `HYBRID_AGENT_CUSTOMER_JWT_...`; None where no key is set."""
    prefix = "CUSTOMER_JWT"
    secret = read.secret(f"{prefix}_SECRET", least=SECRET_LENGTH)
    public_key, jwks_url = read.secret(f"{prefix}_PUBLIC_KEY"), read.url(f"{prefix}_JWKS_URL")
    keys = [
        name
        for name, each in (("_SECRET", secret), ("_PUBLIC_KEY", public_key), ("_JWKS_URL", jwks_url))
        if each
    ]
    if not keys:
        read.alone(f"{prefix}_", "no key is set: set one of _SECRET, _PUBLIC_KEY or _JWKS_URL")
        return None
    if len(keys) > 1:
        read.wrong(prefix, f"has {' and '.join(keys)}; keep one of them")
    default = Algorithm.HS256 if secret else Algorithm.RS256
    algorithm = read.choice(f"{prefix}_ALGORITHM", {each.value: each for each in Algorithm}, default)
    if (algorithm is Algorithm.HS256) != bool(secret):
        read.wrong(f"{prefix}_ALGORITHM", f"is {algorithm}, which does not go with {keys[0]}")
    return CustomerTokens(
        algorithm=algorithm,
        audience=read.require(f"{prefix}_AUDIENCE", "name what the shop's tokens have as `aud`"),
        issuer=read.text(f"{prefix}_ISSUER"),
        secret=secret,
        public_key=public_key,
        jwks_url=jwks_url,
        claim=read.text(f"{prefix}_CLAIM", "sub"),
        leeway=timedelta(seconds=read.number(f"{prefix}_LEEWAY", 60, most=600)),
        lifetime=timedelta(seconds=read.number(f"{prefix}_LIFETIME", 86_400, most=30 * 86_400)),
    )
