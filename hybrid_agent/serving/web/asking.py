"""The sign-in page, also as the answer where somebody must sign in first."""

from starlette.requests import Request
from starlette.responses import HTMLResponse

from hybrid_agent.serving.samples import sample_password
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web.showing import shown

HOME = "/console"


def sign_in_form(
    request: Request, site: Site, message: str = "", *, user: str = "", onward: str = "", status: int = 200
) -> HTMLResponse:
    """The form; `onward` is where to go afterwards, `message` why it is shown."""
    provider = site.settings.oidc
    return shown(
        request,
        site,
        None,
        "web/sign_in.html",
        status=status,
        message=message[:1].upper() + message[1:],
        user=user,
        onward=own_path(onward),
        accounts=site.settings.accounts,
        provider=provider.name if provider else None,
        samples=_samples(site),
    )


def _samples(site: Site) -> list[tuple[str, str, str]]:
    """User name, password and role of the sample sign-ins, where this is a demonstration."""
    demo, secret = site.settings.demo, site.settings.secret
    return (
        [(each.user, sample_password(each.user, secret), each.role.label) for each in demo.staff]
        if demo
        else []
    )


def own_path(wanted: str) -> str:
    """A path of this site, for wherever somebody names one; the console where it is none."""
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if plain and "\\" not in wanted else HOME
