"""Which path a conversation took: the bot alone, with a person's decision, or handed over."""

from hybrid_agent_evals.cases.models import Way
from hybrid_agent_evals.playing.record import Played


def way_of(played: Played) -> Way:
    """A hand-off outweighs a decision; a decision that was asked for counts also where none came."""
    if played.hand_offs:
        return Way.HANDED_OFF
    return Way.APPROVED if any(turn.pending for turn in played.turns) else Way.BOT
