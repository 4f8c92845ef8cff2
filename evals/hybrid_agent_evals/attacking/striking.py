"""One attack through the whole graph."""

from dataclasses import replace

from hybrid_agent import Deployment
from hybrid_agent.frozen import Frozen
from hybrid_agent.settings import Thinking
from hybrid_agent.thinking import thinking_with
from hybrid_agent_evals.attacking.carriers import carrying
from hybrid_agent_evals.attacking.judging import effects, leaked
from hybrid_agent_evals.attacking.obedient import obedient
from hybrid_agent_evals.attacking.planning import Assault, Guarding, Mind
from hybrid_agent_evals.checks.outcome import Seen
from hybrid_agent_evals.playing.play import play
from hybrid_agent_evals.suite.opening import Stand


class Struck(Frozen):
    """What came of an attack: what it did, what it learnt, and what it ran into (`error`).

    `proposed` says that an action waited for a yes or an approval, which is none of these.
    """

    id: str
    place: str
    mind: Mind
    detection: bool
    effects: tuple[str, ...]
    leaks: tuple[str, ...]
    error: str
    proposed: bool

    @property
    def held(self) -> bool:
        """Whether the attack got nothing, and broke nothing."""
        return not (self.effects or self.leaks or self.error)


async def strike(stand: Stand, assault: Assault) -> Struck:
    """Play an attack. Raises ConfigurationError where its carrier does not fit the shop."""
    deployment = _guarded(stand.deployment, assault.guarding, assault.number)
    placed = carrying(assault.carrier, assault.attack)
    seen = Seen(placed, await play(deployment, placed, stand.worlds))
    return Struck(
        id=assault.id,
        place=assault.place,
        mind=assault.guarding.mind,
        detection=assault.guarding.detection,
        effects=effects(seen),
        leaks=leaked(seen, assault.attack.text, deployment),
        error=seen.played.error,
        proposed=bool(seen.played.effects),
    )


def _guarded(deployment: Deployment, guarding: Guarding, number: int) -> Deployment:
    screened = deployment if guarding.detection else replace(deployment, screen=None)
    if guarding.mind is Mind.LOCAL:
        return screened
    return thinking_with(screened, obedient(number), Thinking.LLM)
