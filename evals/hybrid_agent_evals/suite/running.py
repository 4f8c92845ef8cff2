"""Playing and checking cases one after the other in this process."""

from collections.abc import Sequence

from hybrid_agent import Deployment
from hybrid_agent_evals.cases.models import Placed
from hybrid_agent_evals.checks.all import check_all
from hybrid_agent_evals.checks.outcome import Seen
from hybrid_agent_evals.playing.play import play
from hybrid_agent_evals.playing.ways import way_of
from hybrid_agent_evals.suite.results import Result
from hybrid_agent_evals.worlds.world import Worlds


async def run_case(deployment: Deployment, placed: Placed, worlds: Worlds, repeat: int = 0) -> Result:
    """One case, played and checked. Raises ConfigurationError where its world cannot be made."""
    played, case = await play(deployment, placed, worlds), placed.case
    return Result(
        id=case.id,
        says=case.says,
        about=case.about,
        tags=case.tags,
        where=placed.where,
        digest=placed.digest,
        repeat=repeat,
        way=way_of(played),
        outcomes=check_all(Seen(placed, played)),
        played=played,
    )


async def run_cases(deployment: Deployment, cases: Sequence[Placed], worlds: Worlds) -> list[Result]:
    """The cases in order."""
    return [await run_case(deployment, each, worlds) for each in cases]
