"""One mutant: made, checked as `hybrid-agent check` does, and played until a case fails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from hybrid_agent.catalog import Catalog
from hybrid_agent.catalog.lint import lint
from hybrid_agent.knowledge import PassageKind
from hybrid_agent_evals.cases.models import Placed
from hybrid_agent_evals.checks.outcome import Verdict
from hybrid_agent_evals.mutating.mutants import Mutant, catalog_of, swap_of
from hybrid_agent_evals.mutating.rebuilding import with_catalog
from hybrid_agent_evals.mutating.tried import Fate, Tried
from hybrid_agent_evals.suite.opening import Stand
from hybrid_agent_evals.suite.results import Result
from hybrid_agent_evals.suite.running import run_case

MOST_SHOWN = 3
"""So many problems of a failed case are kept."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A mutant, and the ids of the cases that may notice it, the likeliest first."""

    mutant: Mutant
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bench:
    """What every mutant is tried with: the cases by id, and what `check` says of the deployment as it is."""

    cases: Mapping[str, Placed]
    errors: frozenset[str]


async def try_out(bench: Bench, stand: Stand, trial: Trial) -> Tried:
    """What comes of a mutant. A control is played through all of its cases."""
    mutant = trial.mutant
    if mutant.equivalent:
        return ended(mutant, Fate.EQUIVALENT, why=mutant.equivalent)
    try:
        catalog = catalog_of(mutant, stand.deployment.catalog)
    except ValidationError as error:
        return ended(mutant, Fate.REFUSED, why=f"it cannot be read: {error.errors()[0]['msg']}")
    refused = (
        () if mutant.change is None else (each for each in check(catalog, stand) if each not in bench.errors)
    )
    if said := next(iter(refused), ""):
        return ended(mutant, Fate.REFUSED, why=said)
    return await _played(mutant, _on(stand, mutant, catalog), [bench.cases[name] for name in trial.cases])


def check(catalog: Catalog, stand: Stand) -> list[str]:
    """The errors that `hybrid-agent check` finds in a catalog of this deployment."""
    knowledge = stand.deployment.knowledge
    articles = (
        each for each in (knowledge.passages if knowledge else ()) if each.kind is not PassageKind.POLICY
    )
    tags = {tag for each in articles for tag in each.tags}
    found = lint(catalog, stand.deployment.toolbox.operations, tags)
    return [f"{each.where}: {each.message}" for each in found if each.level == "error"]


async def play_as_it_is(stand: Stand, placed: Placed) -> Result:
    """A case on the deployment as it is."""
    return await run_case(stand.deployment, placed, stand.worlds)


def _on(stand: Stand, mutant: Mutant, catalog: Catalog) -> Stand:
    swap = swap_of(mutant, stand.deployment)
    if swap is None:
        return replace(stand, deployment=with_catalog(stand.deployment, catalog))
    worlds = replace(stand.worlds, tools=swap.tools) if swap.tools else stand.worlds
    return replace(stand, deployment=swap.apply(stand.deployment), worlds=worlds)


async def _played(mutant: Mutant, stand: Stand, cases: Sequence[Placed]) -> Tried:
    failed, played = list[Result](), 0
    for placed in cases:
        result = await run_case(stand.deployment, placed, stand.worlds)
        played += 1
        if result.scored and not result.passed:
            failed.append(result)
            if mutant.weakens:
                break
    if not failed:
        return ended(mutant, Fate.SURVIVED, played=played)
    outcomes = [each for each in failed[0].outcomes if each.verdict is Verdict.FAILED]
    problems = [problem for each in outcomes for problem in each.problems]
    return ended(
        mutant,
        Fate.NOTICED,
        checks=tuple(each.check for each in outcomes),
        cases=tuple(each.id for each in failed),
        why="; ".join(problems[:MOST_SHOWN]),
        played=played,
    )


def ended(
    mutant: Mutant,
    fate: Fate,
    *,
    checks: tuple[str, ...] = (),
    cases: tuple[str, ...] = (),
    why: str = "",
    played: int = 0,
) -> Tried:
    """How a mutant ended, with what there is to say of it."""
    return Tried(
        id=mutant.id,
        kind=mutant.kind,
        where=mutant.where,
        says=mutant.says,
        catch=mutant.catch,
        weakens=mutant.weakens,
        fate=fate,
        checks=checks,
        cases=cases,
        why=why,
        played=played,
    )
