"""Playing and checking a case, once or several times."""

import random
from dataclasses import dataclass

from hybrid_agent import Deployment
from hybrid_agent.errors import ConfigurationError
from hybrid_agent_evals.cases.checking import problems
from hybrid_agent_evals.cases.models import Placed, Way
from hybrid_agent_evals.checks.all import check_all
from hybrid_agent_evals.checks.outcome import Outcome, Seen, Verdict
from hybrid_agent_evals.playing.play import play
from hybrid_agent_evals.playing.record import Played
from hybrid_agent_evals.playing.ways import way_of
from hybrid_agent_evals.suite.masking import masked
from hybrid_agent_evals.suite.opening import Stand
from hybrid_agent_evals.suite.results import Result
from hybrid_agent_evals.worlds.world import Worlds

PLAYED = "played"
"""The check that a case fails to be scored by that could not be played."""


@dataclass(frozen=True, slots=True)
class Order:
    """A case to be played for the `repeat`-th time, from 0."""

    placed: Placed
    repeat: int = 0
    seed: int = 0
    masked: bool = False


async def carry_out(stand: Stand, order: Order) -> Result:
    """The order's result. Raises ConfigurationError for a case that cannot be about this deployment."""
    placed, deployment = order.placed, stand.deployment
    if wrong := problems(placed, deployment):
        raise ConfigurationError("\n".join(wrong))
    random.seed(f"{order.seed} {placed.case.id} {order.repeat}")  # for whatever of a user's draws
    result = await run_case(deployment, placed, stand.worlds, order.repeat)
    return masked(result, deployment) if order.masked else result


async def run_case(deployment: Deployment, placed: Placed, worlds: Worlds, repeat: int = 0) -> Result:
    """One case, played and checked. Raises ConfigurationError where its world cannot be made."""
    played = await play(deployment, placed, worlds)
    if deployment.model is None:
        played = played.model_copy(update={"seconds": ()})  # this machine's, and nothing else differs by run
    return _result(placed, repeat, way_of(played), check_all(Seen(placed, played)), played)


def unplayed(order: Order, why: str) -> Result:
    """The result of an order that nothing came of."""
    lost = Outcome(check=PLAYED, verdict=Verdict.NOT_SCORED, problems=(why,))
    way = order.placed.case.expect.way or Way.BOT
    return _result(order.placed, order.repeat, way, (lost,), Played(turns=(), error=why))


def _result(placed: Placed, repeat: int, way: Way, outcomes: tuple[Outcome, ...], played: Played) -> Result:
    case = placed.case
    return Result(
        id=case.id,
        says=case.says,
        about=case.about,
        tags=case.tags,
        where=placed.where,
        digest=placed.digest,
        repeat=repeat,
        way=way,
        outcomes=outcomes,
        played=played,
    )
