"""A whole run: the cases as the deployment is, then every mutant against the cases that may notice it."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from hybrid_agent_evals.cases.models import Placed
from hybrid_agent_evals.cases.reading import Cases
from hybrid_agent_evals.mutating.mutants import Mutant, mutants_of
from hybrid_agent_evals.mutating.relevance import relevant, touched
from hybrid_agent_evals.mutating.tried import Fate, Mutated, Tried
from hybrid_agent_evals.mutating.trying import Bench, Trial, check, ended, play_as_it_is, try_out
from hybrid_agent_evals.suite.attending import Lost
from hybrid_agent_evals.suite.opening import Opening, Stand
from hybrid_agent_evals.suite.pool import each_of
from hybrid_agent_evals.suite.results import Result

QUICK = 24
"""So many mutants are tried where it has to be quick."""
CONTROLS = 120
"""So many controls are tried in a whole run."""
SHARE = 6
"""One control for so many mutants of a sample."""
SECONDS = 300.0
"""How long all cases of a mutant may take."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What is tried: `most` is how many mutants, a sample drawn with `seed`; None tries all.

    `intents` are those whose mutants are tried; none named: all of the deployment's.
    """

    opening: Opening
    cases: Cases
    workers: int = 2
    seed: int = 0
    most: int | None = None
    intents: frozenset[str] = frozenset()


Tell = Callable[[str], None]


def mutate(campaign: Campaign, tell: Tell) -> Mutated:
    """Try the mutants. Raises ConfigurationError where deployment or cases cannot be read."""
    read = campaign.cases
    tell(f"{len(read.placed)} cases on the deployment as it is")
    found, results, problems = _as_it_is(campaign, read.placed)
    sound = [each for each in results if each.passed]
    meant = [each for each in found.mutants if _meant(each, campaign)]
    if not problems:
        problems += _vacuous(campaign, meant, sound)
    drawn = _drawn(meant, campaign)
    tell(f"{len(drawn)} of {len(found.mutants)} mutants")
    bench = Bench({each.case.id: each for each in read.placed}, found.errors)
    return Mutated(
        deployment=found.deployment,
        seed=campaign.seed,
        cases=len(sound),
        broken=tuple(each.id for each in results if not each.passed),
        tried=tuple(_each(campaign, drawn, sound, bench, tell)),
        problems=(*read.problems, *problems),
        sampled=None if campaign.most is None else sum(each.weakens for each in meant),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """The deployment's name, all of its mutants, and what `check` says of it."""

    deployment: str
    mutants: tuple[Mutant, ...]
    errors: frozenset[str]


def _meant(mutant: Mutant, campaign: Campaign) -> bool:
    return not campaign.intents or bool(mutant.intents and mutant.intents & campaign.intents)


def _vacuous(campaign: Campaign, meant: Sequence[Mutant], sound: Sequence[Result]) -> Iterator[str]:
    """Why the score would be of nothing."""
    if not sound:
        yield "no case passes on the deployment as it is, so none can notice anything; mend them first"
    if not any(each.weakens for each in meant):
        yield f"nothing can be weakened in {', '.join(sorted(campaign.intents)) or 'it'}; name its intents"


def _drawn(mutants: Sequence[Mutant], campaign: Campaign) -> tuple[Mutant, ...]:
    """A control is one of many alike: of these a sample is always enough."""
    weakening = [each for each in mutants if each.weakens]
    controls = [each for each in mutants if not each.weakens]
    few = CONTROLS if campaign.most is None else max(1, campaign.most // SHARE)
    return (*sample(weakening, campaign.most, campaign.seed), *sample(controls, few, campaign.seed))


def sample(mutants: Sequence[Mutant], most: int | None, seed: int) -> tuple[Mutant, ...]:
    """At most so many, in their order, of every kind the same share as far as that goes."""
    if most is None or most >= len(mutants):
        return tuple(mutants)
    numbers = list(range(len(mutants)))
    random.Random(seed).shuffle(numbers)  # noqa: S311 - a sample, no secret
    ranks = dict[str, int]()
    ranked = list[tuple[float, int]]()
    totals = {each.kind: sum(one.kind == each.kind for one in mutants) for each in mutants}
    for number in numbers:
        kind = mutants[number].kind
        ranks[kind] = ranks.get(kind, 0) + 1
        ranked.append(((ranks[kind] - 0.5) / totals[kind], number))
    return tuple(mutants[number] for number in sorted(number for _, number in sorted(ranked)[:most]))


def _as_it_is(campaign: Campaign, cases: Sequence[Placed]) -> tuple[Found, list[Result], list[str]]:
    items: list[Placed | None] = [None, *cases]
    found, results, problems = Found("", (), frozenset()), list[Result](), list[str]()
    for made in each_of(campaign.opening, _look, items, workers=campaign.workers, seconds=SECONDS):
        if isinstance(made, Found):
            found = made
        elif isinstance(made, Result):
            results.append(made)
        else:
            problems.append(made.why)
    return found, results, problems


async def _look(stand: Stand, item: Placed | None) -> Found | Result:
    """A case as it goes, or, for None, the mutants of the deployment."""
    if item is None:
        errors = frozenset(check(stand.deployment.catalog, stand))
        return Found(stand.deployment.name, mutants_of(stand.deployment), errors)
    return await play_as_it_is(stand, item)


def _each(
    campaign: Campaign, mutants: Sequence[Mutant], sound: Sequence[Result], bench: Bench, tell: Tell
) -> Iterator[Tried]:
    touching = {each.id: touched(each) for each in sound}
    trials = [Trial(each, relevant(each, sound, touching)) for each in mutants]
    job = partial(try_out, bench)
    made = each_of(campaign.opening, job, trials, workers=campaign.workers, seconds=SECONDS)
    for number, (trial, tried) in enumerate(zip(trials, made, strict=True), 1):
        if number % 50 == 0:
            tell(f"{number} of {len(trials)}")
        yield ended(trial.mutant, Fate.LOST, why=tried.why) if isinstance(tried, Lost) else tried
