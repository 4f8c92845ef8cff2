"""The names of escalation reasons that more than one room knows."""

from typing import Final

BLOCKED: Final = "guard_blocked"
"""A reply was not carried by its evidence."""

NO_ANSWER: Final = "no_answer"
"""Nothing that is known answers the question."""
