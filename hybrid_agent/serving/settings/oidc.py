"""What the environment says about the provider that signs staff in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from hybrid_agent.serving.settings.reading import Variables
from hybrid_agent.serving.settings.signing import Algorithm


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


def oidc_provider(read: Variables) -> Oidc | None:
    """From `HYBRID_AGENT_OIDC_...`; None where no issuer is set."""
    issuer = read.url("OIDC_ISSUER")
    if not issuer:
        read.alone("OIDC_", "HYBRID_AGENT_OIDC_ISSUER is not set: name the provider's address")
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
