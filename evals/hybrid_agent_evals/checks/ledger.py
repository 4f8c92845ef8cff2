"""The ledger, the writes that reached the systems, and the rows that changed tell of the same."""

from collections.abc import Iterator, Sequence

from hybrid_agent.records.models import EffectStatus
from hybrid_agent_evals.checks.outcome import Seen
from hybrid_agent_evals.checks.texts import same_arguments
from hybrid_agent_evals.playing.record import Played, PlayedEffect
from hybrid_agent_evals.worlds.calls import Called
from hybrid_agent_tools import Scope, all_operations

DONE = (EffectStatus.SUCCEEDED,)
MAYBE_DONE = (*DONE, EffectStatus.EXECUTING, EffectStatus.UNKNOWN)


def ledger(seen: Seen) -> Sequence[str] | None:
    """Each write is on the ledger, what the ledger holds as done was done, and nothing else changed."""
    played = seen.played
    if not (played.writes or played.effects or played.changes):
        return None
    return [*_unlisted(played), *_undone(played), *_unexplained(played)]


def _unlisted(played: Played) -> Iterator[str]:
    listed = [each for each in played.effects if each.status in MAYBE_DONE]
    for write in played.writes:
        effect = next((each for each in listed if _same(each, write)), None)
        if effect is None:
            yield f"{write.operation} was done and is not on the ledger"
        else:
            listed.remove(effect)


def _undone(played: Played) -> Iterator[str]:
    done = list(played.writes)
    for effect in (each for each in played.effects if each.status in DONE):
        write = next((each for each in done if _same(effect, each)), None)
        if write is None:
            yield f"the ledger holds {effect.operation} as done, and it was not"
        else:
            done.remove(write)


def _unexplained(played: Played) -> Iterator[str]:
    """Rows of customers for whom nothing was done; whoever a public operation is about is not said."""
    customers = {each.customer for each in played.writes}
    public = any(all_operations()[each.operation].scope is Scope.PUBLIC for each in played.writes)
    for change in played.changes:
        where = f"{change.table} {change.key}"
        if not played.writes:
            yield f"{where} changed without a write"
        elif change.owner is not None and change.owner not in customers and not public:
            yield f"{where} of {change.owner} changed, for whom nothing was done"


def _same(effect: PlayedEffect, write: Called) -> bool:
    return (
        effect.operation == write.operation
        and effect.customer == write.customer
        and same_arguments(effect.arguments, write.arguments)
    )
