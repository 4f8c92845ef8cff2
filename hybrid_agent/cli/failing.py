"""How a command ends when something goes wrong: a message and an exit code.

HybridAgentError
└── NotPossibleError   what was asked of a command cannot be done now
"""

import os
import sqlite3
import sys
import traceback

from hybrid_agent.errors import HybridAgentError

DEBUG = "HYBRID_AGENT_DEBUG"
NOT_AS_EXPECTED = 1
CANNOT_START = 2
UNEXPECTED = 70
"""The exit code for a fault of the program itself (EX_SOFTWARE of sysexits.h)."""

DATABASE_ADVICE = (
    "Close what else has the conversations or the shop open, make their files and folder writable, and try "
    f"again; or choose another folder with --state. Set {DEBUG}=1 to see where it happened."
)


class NotPossibleError(HybridAgentError):
    """What was asked cannot be done; the text says why and what to do now."""


def told(error: Exception) -> int:
    """Say on stderr what went wrong and return the exit code; the traceback only for who asks for it."""
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    print(f"hybrid-agent: {in_words(error)}", file=sys.stderr)  # noqa: T201
    return CANNOT_START if foreseen(error) else UNEXPECTED


def in_words(error: Exception) -> str:
    """One message for whoever runs the command."""
    if foreseen(error):
        return str(error)
    if isinstance(error, sqlite3.OperationalError):
        return f"a database cannot be used: {error}\n  {DATABASE_ADVICE}"
    if isinstance(error, sqlite3.Error | OSError):
        return f"{type(error).__name__}: {error}\n  Set {DEBUG}=1 to see where it happened."
    return f"unexpected {type(error).__name__}: {error}\n  Set {DEBUG}=1 to see the traceback, and report it."


def foreseen(error: Exception) -> bool:
    """Whether the error's own text was written for whoever runs the deployment."""
    from hybrid_agent_tools import ToolError

    return isinstance(error, HybridAgentError | ToolError)
