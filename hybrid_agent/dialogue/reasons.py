"""The names of the reasons for which a person takes over; a catalog's escalations add their own."""

from typing import Final

from hybrid_agent.catalog import Autonomy, Catalog
from hybrid_agent.policy import NOBODY_MAY_APPROVE

ACCEPTED_PERSON: Final = "accepted_person"
"""The customer said yes to being handed over."""

ANGER: Final = "anger"
APPROVAL_EXPIRED: Final = "approval_expired"
"""Nobody decided in time: silence is no."""

ASKED_FOR_PERSON: Final = "asked_for_person"
ATTACKS: Final = "repeated_attacks"
"""Several messages in a row tried to change what the bot is or does."""

BLOCKED: Final = "guard_blocked"
"""A reply was not carried by its evidence."""

CANNOT_PROPOSE: Final = "cannot_propose"
"""The action's arguments cannot be made from what is known."""

CONFLICT: Final = "contradictory_articles"
"""Articles contradict each other in what would be said, and no policy decides."""

NOTHING_TO_CHOOSE: Final = "nothing_to_choose"
"""The record that a slot is known from has no item that counts."""

NOT_PERMITTED: Final = "not_permitted"
"""The gate did not let an action pass that had been cleared before."""

NOT_UNDERSTOOD: Final = "not_understood"
NO_ANSWER: Final = "no_answer"
"""Nothing that is known answers the question."""

NO_LONGER_OFFERED: Final = "no_longer_offered"
"""The catalog has changed, and the request cannot be served any more."""

OUTCOME_UNKNOWN: Final = "outcome_unknown"
"""Nobody can tell whether a write happened."""

REPETITION: Final = "repetition"
SYSTEM_DOWN: Final = "system_down"
SYSTEM_ERROR: Final = "system_error"
TAKEN_OVER: Final = "taken_over"
THREAT: Final = "threat"
UNSPECIFIED: Final = "unspecified"
WRITE_FAILED: Final = "write_failed"

STANDARD: Final = frozenset(
    {
        ACCEPTED_PERSON,
        ANGER,
        APPROVAL_EXPIRED,
        ASKED_FOR_PERSON,
        ATTACKS,
        BLOCKED,
        CANNOT_PROPOSE,
        CONFLICT,
        NOBODY_MAY_APPROVE,
        NOTHING_TO_CHOOSE,
        NOT_PERMITTED,
        NOT_UNDERSTOOD,
        NO_ANSWER,
        NO_LONGER_OFFERED,
        OUTCOME_UNKNOWN,
        REPETITION,
        SYSTEM_DOWN,
        SYSTEM_ERROR,
        TAKEN_OVER,
        THREAT,
        UNSPECIFIED,
        WRITE_FAILED,
        Autonomy.DRAFT.value,
        Autonomy.SHADOW.value,
    }
)
"""Those that every conversation may be handed over for, whatever the catalog says."""


def reasons_of(catalog: Catalog) -> frozenset[str]:
    """All reasons that a conversation with this catalog may be handed over for."""
    own = {rule.reason for intent in catalog.intents.values() for rule in intent.escalate}
    return STANDARD | own
