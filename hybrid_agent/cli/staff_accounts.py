"""What `hybrid-agent staff` does."""

import json as jsons
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import typer

from hybrid_agent.cli.failing import NotPossibleError
from hybrid_agent.cli.places import place_of
from hybrid_agent.deployment import now_utc
from hybrid_agent.loading import records_for
from hybrid_agent.portal import run_here
from hybrid_agent.records import Records, accounts
from hybrid_agent.records.staff import Account
from hybrid_agent.serving.identity.passwords import Passwords, check_strength
from hybrid_agent.settings import read_settings

T = TypeVar("T")

LONGEST_USER = 200


def add(deployment: Path | None, user: str, name: str, role: str, approver: Sequence[str]) -> None:
    """Make an account. Raises NotPossibleError, WeakPasswordError, ContradictionError."""
    if not 0 < len(user) <= LONGEST_USER or not user.isprintable() or user != user.strip():
        raise NotPossibleError(f"{user!r} is no user name\n  Use 1 to {LONGEST_USER} printable characters.")
    password = _asked_for()

    async def enter(records: Records) -> None:
        account = Account(
            user=user,
            name=name,
            password=await Passwords().hashed(password),
            role=role,
            roles=frozenset(approver),
            created=now_utc(),
        )
        async with records.write() as tx:
            await accounts.add(tx, account)

    _with_records(deployment, enter)
    typer.echo(f"{user} may sign in as {role}.")


def show_all(deployment: Path | None, *, json: bool) -> None:
    """Print the accounts: user name, name, role, approvers' roles, and whether it is disabled."""

    async def read(records: Records) -> list[Account]:
        async with records.read() as connection:
            return await accounts.listing(connection)

    listed = [each.model_dump(mode="json", exclude={"password"}) for each in _with_records(deployment, read)]
    if json:
        typer.echo(jsons.dumps({"accounts": listed}, ensure_ascii=False))
        return
    for each in listed:
        also = f" ({', '.join(sorted(each['roles']))})" if each["roles"] else ""
        ended = "  disabled" if each["disabled"] else ""
        typer.echo(f"{each['user']:<20} {each['role']:<10} {each['name']}{also}{ended}")
    if not listed:
        typer.echo("There are no accounts yet: hybrid-agent staff add USER --role agent")


def change_password(deployment: Path | None, user: str) -> None:
    """Set another password. Raises WeakPasswordError, UnknownRecordError."""
    password = _asked_for()

    async def change(records: Records) -> None:
        hashed = await Passwords().hashed(password)
        async with records.write() as tx:
            await accounts.set_password(tx, user, hashed)

    _with_records(deployment, change)
    typer.echo(f"{user} has a new password and is signed out everywhere.")


def change_roles(deployment: Path | None, user: str, role: str, approver: Sequence[str]) -> None:
    """Set what an account may do. Raises UnknownRecordError."""

    async def change(records: Records) -> None:
        async with records.write() as tx:
            await accounts.set_role(tx, user, role, approver)

    _with_records(deployment, change)
    typer.echo(f"{user} may sign in as {role}, and is signed out everywhere.")


def disable(deployment: Path | None, user: str) -> None:
    """Let an account sign in no more. Raises UnknownRecordError."""

    async def change(records: Records) -> None:
        async with records.write() as tx:
            await accounts.disable(tx, user, now=now_utc())

    _with_records(deployment, change)
    typer.echo(f"{user} may sign in no more, and is signed out everywhere.")


def enable(deployment: Path | None, user: str) -> None:
    """Let a disabled account sign in again. Raises UnknownRecordError."""

    async def change(records: Records) -> None:
        async with records.write() as tx:
            await accounts.enable(tx, user)

    _with_records(deployment, change)
    typer.echo(f"{user} may sign in again.")


def _asked_for() -> str:
    """A new password: typed twice at a terminal, the first line of stdin elsewhere; never an argument."""
    if sys.stdin.isatty():
        given = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    check_strength(given)
    return str(given)


def _with_records(deployment: Path | None, work: Callable[[Records], Coroutine[Any, Any, T]]) -> T:
    file = place_of(deployment, None).deployment
    records = records_for(read_settings(file), file.resolve().parent)
    try:
        return run_here(work(records))
    finally:
        run_here(records.aclose())
