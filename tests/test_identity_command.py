"""`hybrid-agent staff`: accounts are managed without a password in any argument."""

import json
from pathlib import Path

from cli_kit import run_inside

PASSWORD = b"correct horse battery\n"


def test_an_account_is_made_listed_changed_and_disabled(sample: Path) -> None:
    """Each command does its part and says so; the list has no password."""
    added = run_inside(
        "staff", "add", "noor", "--role", "agent", "--approver", "refunds", "-d", sample, given=PASSWORD
    )
    assert (added.returncode, added.stdout) == (0, "noor may sign in as agent.\n")
    assert run_inside("staff", "roles", "noor", "--role", "supervisor", "-d", sample).returncode == 0
    assert run_inside("staff", "password", "noor", "-d", sample, given=b"another long one\n").returncode == 0
    assert run_inside("staff", "disable", "noor", "-d", sample).returncode == 0
    listed = run_inside("staff", "list", "--json", "-d", sample)
    (account,) = json.loads(listed.stdout)["accounts"]
    assert (account["user"], account["role"], account["roles"]) == ("noor", "supervisor", [])
    assert account["disabled"]
    assert "argon2" not in listed.stdout
    assert run_inside("staff", "enable", "noor", "-d", sample).returncode == 0
    assert "disabled" not in run_inside("staff", "list", "-d", sample).stdout


def test_what_cannot_be_is_said(sample: Path) -> None:
    """A weak password, a taken name, an unknown account and a strange name each get a sentence and exit 2."""
    add = ("staff", "add", "noor", "--role", "agent", "-d", sample)
    weak = run_inside(*add, given=b"short\n")
    assert weak.returncode == 2
    assert "12 to 1000 characters" in weak.stderr
    assert run_inside(*add, given=PASSWORD).returncode == 0
    again = run_inside(*add, given=PASSWORD)
    assert again.returncode == 2
    assert "already" in again.stderr
    unknown = run_inside("staff", "disable", "nobody", "-d", sample)
    assert unknown.returncode == 2
    assert "no such account" in unknown.stderr
    strange = run_inside("staff", "add", "a\x1bb", "--role", "agent", "-d", sample, given=PASSWORD)
    assert strange.returncode == 2
    assert "no user name" in strange.stderr
