"""What the server is told by its environment: where it is, whom it believes, and what it serves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.serving.observing.settings import Observing, observing
from hybrid_agent.serving.reading import Variables, is_loopback
from hybrid_agent.serving.samples import Samples, read_samples

SECRET_LENGTH = 32
"""Characters that a secret of ours has at least."""


class Algorithm(StrEnum):
    """How customers' tokens are signed; the one that is set is the only one that counts."""

    HS256 = "HS256"
    RS256 = "RS256"
    ES256 = "ES256"


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


@dataclass(frozen=True, slots=True)
class Oidc:
    """The provider that signs staff in. `roles` maps a value of `claim` to the roles that it gives.

    `user_claim` must name one person for ever. Tokens that programs send as Bearer are for `audience`;
    empty: for the client itself.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str
    roles: Mapping[str, tuple[str, ...]]
    name: str = "single sign-on"
    audience: str = ""
    user_claim: str = "sub"
    algorithm: Algorithm = Algorithm.RS256
    leeway: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The server's settings. `secret` signs what we hand out ourselves; `url` is our public address.

    `api_url` is LangGraph's API where it is another server's; empty: this process serves it. `customers` is
    None where only anonymous visitors chat, `oidc` where staff have local accounts alone. `embedded_by` are
    the origins of the pages that the chat may be a part of. `demo` are sample sign-ins, shown to everybody.

    Staff are signed out after `idle` in which they click nothing and at the latest after `session`; an
    anonymous visitor is known for `visit`. `proxies` is how many proxies of ours stand before this server: so
    many last addresses of X-Forwarded-For are believed.
    """

    deployment: Path
    secret: str = field(repr=False)
    url: str
    api_url: str = ""
    customers: CustomerTokens | None = None
    oidc: Oidc | None = None
    embedded_by: tuple[str, ...] = ()
    anonymous: bool = True
    accounts: bool = True
    demo: Samples | None = None
    idle: timedelta = timedelta(hours=1)
    session: timedelta = timedelta(hours=12)
    visit: timedelta = timedelta(hours=24)
    proxies: int = 0
    observing: Observing = field(default_factory=Observing)

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by https."""
        return self.url.startswith("https:")


def server_settings(environment: Mapping[str, str]) -> ServerSettings:
    """The settings in an environment. Raises ConfigurationError that names everything that is wrong."""
    read = Variables(environment)
    deployment = _deployment(read)
    secret = read.secret("SECRET", least=SECRET_LENGTH)
    if not secret and not read.text("SECRET_FILE"):
        read.wrong(
            "SECRET", f"is not set; make {SECRET_LENGTH} random characters, the same for all processes"
        )
    read.require("URL", "give the public address, such as https://support.example.com")
    url, api_url = read.url("URL"), read.url("API_URL")
    if urlsplit(url).path:
        read.wrong("URL", f"is {url!r}, which has a path; name the scheme and the host alone")
    customers, oidc = _customers(read), _oidc(read)
    embedded_by = read.origins("EMBEDDED_BY")
    anonymous, accounts = read.flag("ANONYMOUS", default=True), read.flag("ACCOUNTS", default=True)
    demo = _demo(read, url)
    if customers is None and not anonymous:
        read.wrong("ANONYMOUS", "is no, and no customer can sign in; set a HYBRID_AGENT_CUSTOMER_JWT_ key")
    if oidc is None and not accounts:
        read.wrong("ACCOUNTS", "is no, and no staff can sign in; set HYBRID_AGENT_OIDC_ISSUER")
    settings = ServerSettings(
        deployment=deployment,
        secret=secret,
        url=url,
        api_url=api_url,
        customers=customers,
        oidc=oidc,
        embedded_by=embedded_by,
        anonymous=anonymous,
        accounts=accounts,
        demo=demo,
        idle=timedelta(minutes=read.number("SESSION_IDLE_MINUTES", 60, most=24 * 60)),
        session=timedelta(minutes=read.number("SESSION_MINUTES", 12 * 60, most=7 * 24 * 60)),
        visit=timedelta(minutes=read.number("VISIT_MINUTES", 24 * 60, most=30 * 24 * 60)),
        proxies=read.number("PROXIES", 0, most=10),
        observing=observing(read),
    )
    read.settle()
    return settings


def _demo(read: Variables, url: str) -> Samples | None:
    named = read.text("DEMO")
    if not named:
        return None
    if not is_loopback(urlsplit(url).hostname or ""):
        read.wrong("DEMO", "shows passwords to everybody, and HYBRID_AGENT_URL is not this machine; unset it")
    try:
        return read_samples(Path(named))
    except ConfigurationError as error:
        read.wrong("DEMO", f"names no file of sample sign-ins: {error.message}")
        return None


def _deployment(read: Variables) -> Path:
    named = read.require("DEPLOYMENT", "name the support.yaml that is served, or its folder")
    path = Path(named)
    file = path / "support.yaml" if path.is_dir() else path
    if named and not file.is_file():
        read.wrong("DEPLOYMENT", f"names {named}, and there is no file {file}")
    return file


def _customers(read: Variables) -> CustomerTokens | None:
    prefix = "CUSTOMER_JWT"
    secret = read.secret(f"{prefix}_SECRET", least=SECRET_LENGTH)
    public_key, jwks_url = read.secret(f"{prefix}_PUBLIC_KEY"), read.url(f"{prefix}_JWKS_URL")
    keys = [
        name
        for name, each in (("_SECRET", secret), ("_PUBLIC_KEY", public_key), ("_JWKS_URL", jwks_url))
        if each
    ]
    if not keys:
        _alone(read, f"{prefix}_", "no key is set: set one of _SECRET, _PUBLIC_KEY or _JWKS_URL")
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


def _oidc(read: Variables) -> Oidc | None:
    issuer = read.url("OIDC_ISSUER")
    if not issuer:
        _alone(read, "OIDC_", "HYBRID_AGENT_OIDC_ISSUER is not set: name the provider's address")
        return None
    client_secret = read.secret("OIDC_CLIENT_SECRET")
    return Oidc(
        issuer=issuer,
        client_id=read.require("OIDC_CLIENT_ID", "it is what the provider calls this application"),
        client_secret=client_secret,
        claim=read.text("OIDC_ROLES_CLAIM", "roles"),
        roles=_roles(read),
        name=read.text("OIDC_NAME", "single sign-on"),
        audience=read.text("OIDC_AUDIENCE"),
        user_claim=read.text("OIDC_USER_CLAIM", "sub"),
        algorithm=read.choice(
            "OIDC_ALGORITHM",
            {each.value: each for each in (Algorithm.RS256, Algorithm.ES256)},
            Algorithm.RS256,
        ),
        leeway=timedelta(seconds=read.number("OIDC_LEEWAY", 60, most=600)),
    )


def _roles(read: Variables) -> dict[str, tuple[str, ...]]:
    """`group=role` pairs; a plus adds a role, as in `finance=agent+refund_approver`."""
    read.require("OIDC_ROLES", "say which groups are which roles, such as support=agent, leads=supervisor")
    pairs = [each.partition("=") for each in read.listed("OIDC_ROLES")]
    for group, _, roles in pairs:
        if not group.strip() or not roles.strip():
            read.wrong("OIDC_ROLES", f"has {group!r} without a role; write group=role")
    return {
        group.strip(): tuple(role.strip() for role in roles.split("+") if role.strip())
        for group, _, roles in pairs
    }


def _alone(read: Variables, prefix: str, what: str) -> None:
    """Settings that say nothing without another one."""
    for name in sorted(read.given):
        short = name.removeprefix("HYBRID_AGENT_")
        if short != name and short.startswith(prefix) and read.text(short):
            read.wrong(short, f"is set, and {what}")
