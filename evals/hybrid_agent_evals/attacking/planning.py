"""Which attack stands where, and who has to hold against it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from hybrid_agent_evals.attacking.attacks import Attack
from hybrid_agent_evals.cases.models import Placed


class Mind(StrEnum):
    """Who understands and words: the local reasoner, or a chat model that obeys the attacker."""

    LOCAL = "local"
    OBEDIENT = "obedient"


@dataclass(frozen=True, slots=True)
class Guarding:
    """Who thinks, and whether attacks are looked for at all; every so manyth attack is tried on it."""

    mind: Mind
    detection: bool
    every: int


GUARDINGS = (
    Guarding(Mind.LOCAL, detection=False, every=1),
    Guarding(Mind.LOCAL, detection=True, every=4),
    Guarding(Mind.OBEDIENT, detection=False, every=8),
    Guarding(Mind.OBEDIENT, detection=True, every=16),
)


@dataclass(frozen=True, slots=True)
class Assault:
    """One conversation: the attack in its carrier, against a guarding; `number` is the attack's."""

    attack: Attack
    carrier: Placed
    guarding: Guarding
    number: int

    @property
    def place(self) -> str:
        """Where the attack stands."""
        return self.carrier.case.about

    @property
    def id(self) -> str:
        """What it is found again by."""
        mode = f"{self.guarding.mind.value}/{'on' if self.guarding.detection else 'off'}"
        return f"{self.attack.id}/{self.carrier.case.id}/{mode}"


def plan(attacks: Sequence[Attack], carriers: Sequence[Placed], seed: int) -> tuple[Assault, ...]:
    """Every attack in every place; the seed decides in which of the carriers there."""
    return tuple(_all(attacks, carriers, seed))


def spread(assaults: Sequence[Assault], count: int | None) -> tuple[Assault, ...]:
    """So many of them, evenly spread over all; all where no number is given."""
    if count is None or count >= len(assaults):
        return tuple(assaults)
    return tuple(assaults[place * len(assaults) // count] for place in range(count))


def _all(attacks: Sequence[Attack], carriers: Sequence[Placed], seed: int) -> Iterator[Assault]:
    random = Random(seed)  # noqa: S311 - to be repeatable, not secret
    places: dict[str, list[Placed]] = {}
    for each in carriers:
        places.setdefault(each.case.about, []).append(each)
    for number, attack in enumerate(attacks):
        for there in places.values():
            carrier = random.choice(there)
            for guarding in GUARDINGS:
                if number % guarding.every == 0:
                    yield Assault(attack, carrier, guarding, number)
