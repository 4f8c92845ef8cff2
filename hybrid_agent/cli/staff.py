"""`hybrid-agent staff`: the local accounts of members of staff."""

from typing import Annotated, Literal

import typer

from hybrid_agent.cli.options import Deployed

User = Annotated[str, typer.Argument(help="The user name; it stays the same for ever.")]
Role = Literal["viewer", "agent", "supervisor", "admin"]
Approver = Annotated[
    list[str] | None, typer.Option("--approver", help="A role that the catalog's approvers name; repeatable.")
]


def commands() -> typer.Typer:
    """The commands of the group."""
    app = typer.Typer(help="Local accounts of members of staff.", no_args_is_help=True)
    app.command("add")(add)
    app.command("list")(listing)
    app.command("password")(password)
    app.command("roles")(roles)
    app.command("disable")(disable)
    app.command("enable")(enable)
    return app


def add(
    user: User,
    role: Annotated[Role, typer.Option(help="What they may do on the console.")],
    *,
    name: Annotated[str | None, typer.Option(help="Their name, as colleagues see it.")] = None,
    approver: Approver = None,
    deployment: Deployed = None,
) -> None:
    """Make an account; the password is asked for, or read from stdin."""
    from hybrid_agent.cli import staff_accounts

    staff_accounts.add(deployment, user, name or user, role, approver or [])


def listing(
    *,
    deployment: Deployed = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,
) -> None:
    """List the accounts, without passwords."""
    from hybrid_agent.cli import staff_accounts

    staff_accounts.show_all(deployment, json=json)


def password(user: User, *, deployment: Deployed = None) -> None:
    """Set another password, asked for or read from stdin; the user is signed out everywhere."""
    from hybrid_agent.cli import staff_accounts

    staff_accounts.change_password(deployment, user)


def roles(
    user: User,
    role: Annotated[Role, typer.Option(help="What they may do on the console.")],
    *,
    approver: Approver = None,
    deployment: Deployed = None,
) -> None:
    """Set what an account may do; the user is signed out everywhere."""
    from hybrid_agent.cli import staff_accounts

    staff_accounts.change_roles(deployment, user, role, approver or [])


def disable(user: User, *, deployment: Deployed = None) -> None:
    """Let an account sign in no more, and sign its user out everywhere."""
    from hybrid_agent.cli import staff_accounts

    staff_accounts.disable(deployment, user)


def enable(user: User, *, deployment: Deployed = None) -> None:
    """Let a disabled account sign in again."""
    from hybrid_agent.cli import staff_accounts

    staff_accounts.enable(deployment, user)
