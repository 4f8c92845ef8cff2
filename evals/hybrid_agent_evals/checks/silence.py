"""The bot answers: nobody writes to it, or decides for it, and hears nothing."""

from collections.abc import Iterator, Sequence

from hybrid_agent_evals.checks.outcome import Seen
from hybrid_agent_evals.checks.talks import chats, turns_in
from hybrid_agent_evals.playing.record import Played


def silence(seen: Seen) -> Sequence[str] | None:
    """Every message and every decision that counts is answered, but while a person has the chat."""
    if not seen.played.heard:
        return None
    return [problem for chat in chats(seen.played) for problem in _unanswered(seen.played, chat)]


def _unanswered(played: Played, chat: str) -> Iterator[str]:
    taken = False
    for place, turn in turns_in(played, chat):
        silent = turn.status is not None and not turn.reply.strip()
        if silent and not taken and not turn.notices:
            yield f"turn {place + 1} is left without an answer"
        taken = turn.deed == "take_over" or (taken and turn.deed != "release")
