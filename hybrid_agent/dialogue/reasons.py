"""The names of escalation reasons that more than one room knows."""

from typing import Final

ATTACKS: Final = "repeated_attacks"
"""Several messages in a row tried to change what the bot is or does."""

BLOCKED: Final = "guard_blocked"
"""A reply was not carried by its evidence."""

CONFLICT: Final = "contradictory_articles"
"""Articles contradict each other in what would be said, and no policy decides."""

NO_ANSWER: Final = "no_answer"
"""Nothing that is known answers the question."""
