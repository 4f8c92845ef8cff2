"""Playing a draft: what is recorded, with other persons, in a shop that stands in for the real one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from hybrid_agent.cli.failing import NotPossibleError
from hybrid_agent.state import Status
from hybrid_agent.yamlfile import in_words
from hybrid_agent_evals.cases.models import Case, Placed
from hybrid_agent_evals.cases.turns import NOBODY, Turn
from hybrid_agent_evals.drafting.disguise import disguised
from hybrid_agent_evals.drafting.observing import endings
from hybrid_agent_evals.drafting.recording import Recording
from hybrid_agent_evals.playing.play import play
from hybrid_agent_evals.playing.record import Played
from hybrid_agent_evals.suite.opening import Stand
from hybrid_agent_evals.worlds.owners import CUSTOMERS
from hybrid_agent_evals.worlds.rows import Snapshot

TRIES = 6
"""How many customers of the stand-in shop may take the part of one whom it does not know."""


@dataclass(frozen=True, slots=True)
class Start:
    """The moment of a case, and the shop that it starts from (None: the sample)."""

    at: datetime
    shop: Path | None


@dataclass(frozen=True, slots=True)
class Replay:
    """How a recording went with other persons: what was `replaced`, and how it `ended`, in words."""

    placed: Placed
    played: Played
    replaced: tuple[str, ...]
    ended: tuple[str, ...]


def replayed(stand: Stand, recording: Recording, start: Start) -> Replay:
    """The recording in the stand-in shop: where it ends as it did with one of its customers, with that one.

    Raises NotPossibleError where it cannot be a case.
    """
    shop = stand.run(_shop(stand, start))
    known = recording.customer == NOBODY or (CUSTOMERS, recording.customer) in shop
    first = _replay(stand, recording, start, shop, 0)
    others = (_replay(stand, recording, start, shop, place) for place in range(1, 1 if known else TRIES))
    return next((each for each in (first, *others) if as_recorded(each, recording)), first)


def as_recorded(replay: Replay, recording: Recording) -> bool:
    """Whether it ended as it did, as far as that is known."""
    return set(recording.ended) <= set(replay.ended)


def placed(start: Start, customer: str, turns: Sequence[Turn]) -> Placed:
    """The turns as a case of which nothing is expected yet."""
    given = {"id": "draft", "says": "A draft.", "about": "draft", "expect": {"status": list(Status)}}
    return Placed(valid({**given, "customer": customer, "turns": list(turns)}), start.at, start.shop)


def valid(given: dict[str, object]) -> Case:
    """The case. Raises NotPossibleError that says what contradicts itself."""
    try:
        return Case.model_validate(given)
    except ValidationError as error:
        raise NotPossibleError(f"the conversation cannot be a case: {why(error)}") from None


def why(error: ValidationError) -> str:
    """What is wrong with a case, in words."""
    return "; ".join(in_words(each["msg"]) for each in error.errors())


def _replay(stand: Stand, recording: Recording, start: Start, shop: Snapshot, passing: int) -> Replay:
    plain, replaced = disguised(recording, stand.deployment, shop, passing)
    draft = placed(start, plain.customer, plain.turns)
    played = stand.run(play(stand.deployment, draft, stand.worlds))
    reasons = [reason for each in played.hand_offs for reason in each.reasons]
    status = played.status.value if played.status else f"none ({played.error})"
    ended = endings(status, [each.operation for each in played.writes], reasons)
    return Replay(draft, played, replaced, ended)


async def _shop(stand: Stand, start: Start) -> Snapshot:
    async with stand.worlds.fresh(placed(start, NOBODY, [Turn(customer="-")])) as world:
        return world.before
