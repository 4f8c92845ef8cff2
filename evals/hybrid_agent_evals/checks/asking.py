"""Questions to the customer: none twice, and not too many before a person is brought in."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from hybrid_agent.reasoning.signals import read_signals
from hybrid_agent.state import Phase, QuestionKind, Status
from hybrid_agent_evals.checks.outcome import Seen
from hybrid_agent_evals.checks.talks import Placed, chats, fruitless_runs, is_strange, turns_in
from hybrid_agent_evals.playing.record import Played, PlayedTurn

MOST_REPEATS = 2
"""How often the same is asked while no answer can be used: once, and once more."""

MOST_FRUITLESS = 3
"""Questions in a row, whatever they ask, from which nothing is learnt."""


def asked_twice(seen: Seen) -> Sequence[str] | None:
    """Nothing is asked that is known, and nothing over and over."""
    if not any(turn.asked for turn in seen.played.turns):
        return None
    return [
        problem for chat in chats(seen.played) for problem in _repeated(list(turns_in(seen.played, chat)))
    ]


def in_time(seen: Seen) -> Sequence[str] | None:
    """Who asks for a person gets one in that turn, and nobody is questioned on and on."""
    played = seen.played
    wished = [(place, turn) for place, turn in enumerate(played.turns) if _wishes(turn, played)]
    if not wished and not any(turn.asked for turn in played.turns):
        return None
    late = [
        f"turn {place + 1} asks for a person, and none is brought in"
        for place, turn in wished
        if turn.status is not Status.HANDED_OFF and not _offered(turn)
    ]
    return [*late, *_endless(played)]


def _repeated(turns: Sequence[Placed]) -> Iterator[str]:
    for place, turn in turns:
        if turn.asked and turn.asked.kind is QuestionKind.SLOT and _is_known(turn):
            yield f"turn {place + 1} asks for {turn.asked.slot}, which is known"
    for run in fruitless_runs([turn for _, turn in turns]):
        for same in _same(run):
            if len(same) > MOST_REPEATS and same[0].asked:
                asked = same[0].asked
                yield f"{asked.slot or asked.kind.value} is asked for {len(same)} times in a row"


def _is_known(turn: PlayedTurn) -> bool:
    """Whether the request that waits for an answer has one; what is asked of another request is its own."""
    slot = turn.asked.slot if turn.asked else None
    waiting = [each for each in turn.served if each.phase is Phase.ASKING]
    return bool(waiting) and all(each.slots.get(slot or "") is not None for each in waiting)


def _same(run: Sequence[PlayedTurn]) -> Iterator[list[PlayedTurn]]:
    """The run in parts of equal questions."""
    part: list[PlayedTurn] = []
    for turn in run:
        if part and part[-1].asked != turn.asked:
            yield part
            part = []
        part = [*part, turn]
    yield part


def _wishes(turn: PlayedTurn, played: Played) -> bool:
    return turn.by == "customer" and not is_strange(played, turn) and read_signals(turn.said).wants_person


def _offered(turn: PlayedTurn) -> bool:
    return turn.asked is not None and turn.asked.kind is QuestionKind.PERSON


def _endless(played: Played) -> Iterator[str]:
    for chat in chats(played):
        for run in fruitless_runs([turn for _, turn in turns_in(played, chat)]):
            parts = [list(part) for offered, part in groupby(run, _offered) if not offered]
            yield from (
                f"{len(part)} questions in a row brought nothing, and no person"
                for part in parts
                if len(part) > MOST_FRUITLESS
            )
