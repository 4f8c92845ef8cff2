"""All that the server is told: where it is, whom it believes, and what it serves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.serving.samples import Samples, read_samples
from hybrid_agent.serving.settings.customers import CustomerTokens, customer_tokens
from hybrid_agent.serving.settings.observing import Observing, observing
from hybrid_agent.serving.settings.oidc import Oidc, oidc_provider
from hybrid_agent.serving.settings.reading import Variables, is_loopback
from hybrid_agent.serving.settings.signing import SECRET_LENGTH
from hybrid_agent.settings import settings_file


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
    customers, oidc = customer_tokens(read), oidc_provider(read)
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
    file = settings_file(Path(named))
    if named and not file.is_file():
        read.wrong("DEPLOYMENT", f"names {named}, and there is no file {file}")
    return file
