"""The mutants of a deployment: every way in which it can be weakened, and changes that weaken nothing."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from hybrid_agent import Deployment
from hybrid_agent.catalog import Catalog
from hybrid_agent_evals.mutating.changes import Change, Operator
from hybrid_agent_evals.mutating.controls import CONTROLS
from hybrid_agent_evals.mutating.fields import OPERATORS, SAID
from hybrid_agent_evals.mutating.parts import Swap, swaps
from hybrid_agent_evals.mutating.sites import Site, sites, written

NO_INTENT = ""
"""Stands for requests that are for no intent: the whole help centre is asked."""

_PARTED = re.compile(r"\{[^}]*\}|[\"\\\n]|[.?!:;,](?:\s|$)")
"""What a reply may write otherwise: values, marks of JSON, ends of sentences, at which sources stand."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of a deployment. `id` is the same whenever the deployment is.

    `weakens` is False for a control. `intents` are those that it can have an effect on, None where it may be
    any. `equivalent` is why nothing can come of it. `words` are what a case about it may be known by.
    `text` is what a case must have said to be changed at all, "" where that does not matter. `change` is that
    of the catalog, None where a part is swapped.
    """

    id: str
    kind: str
    where: str
    says: str
    catch: str
    weakens: bool
    intents: frozenset[str] | None
    words: tuple[str, ...]
    text: str
    equivalent: str
    change: Change | None


def mutants_of(deployment: Deployment) -> tuple[Mutant, ...]:
    """All mutants, those that weaken first."""
    found = tuple(sites(deployment.catalog, deployment.toolbox.operations))
    weakening = _distinct(found, OPERATORS)
    return (
        *_named([_mutant(site, change, weakens=True) for site, change in weakening]),
        *_named([_swapped(each) for each in swaps(deployment)]),
        *_named([_mutant(site, change, weakens=False) for site, change in _distinct(found, CONTROLS)]),
    )


def catalog_of(mutant: Mutant, catalog: Catalog) -> Catalog:
    """The catalog of a mutant; raises pydantic.ValidationError where it is none."""
    return catalog if mutant.change is None else written(catalog, mutant.change.place, mutant.change.value)


def swap_of(mutant: Mutant, deployment: Deployment) -> Swap | None:
    """The part that a mutant swaps."""
    if mutant.change is not None:
        return None
    return next(each for each in swaps(deployment) if _swapped(each).says == mutant.says)


def _distinct(
    found: tuple[Site, ...], operators: Mapping[str, tuple[Operator, ...]]
) -> Iterator[tuple[Site, Change]]:
    """The changes of all operators, each state of a place once."""
    seen = set[str]()
    for site in found:
        for operator in operators.get(site.field, ()):
            for change in operator(site):
                key = f"{change.place} {change.value!r}"
                if key not in seen:
                    seen.add(key)
                    yield site, change


def _mutant(site: Site, change: Change, *, weakens: bool) -> Mutant:
    return Mutant(
        id="",
        kind=change.kind,
        where=".".join(map(str, change.place)),
        says=change.says,
        catch=change.catch,
        weakens=weakens,
        intents=_reach(site, change),
        words=_words(site, change),
        text=longest_words(site.value) if site.field in SAID and isinstance(site.value, str) else "",
        equivalent=change.equivalent,
        change=change,
    )


def longest_words(template: str) -> str:
    """The longest part of a sentence between the values that are filled in, as it is written in JSON."""
    return max(_PARTED.split(template), key=len).strip()


def _swapped(swap: Swap) -> Mutant:
    return Mutant(
        id="",
        kind=swap.kind,
        where=f"deployment.{swap.field}",
        says=swap.says,
        catch=swap.catch,
        weakens=swap.weakens,
        intents=None,
        words=swap.words,
        text="",
        equivalent="",
        change=None,
    )


def _reach(site: Site, change: Change) -> frozenset[str] | None:
    """Where it can have an effect: what an intent or a slot says is read for its own requests alone, a fact
    or a policy where a text or a condition takes its value or the help centre finds it."""
    section, *inside = change.place
    if section == "policies" and inside:
        return frozenset(
            _using(f"policy.{inside[0]}", site.catalog.policies[str(inside[0])].tags, site.catalog)
        )
    if section == "business" and inside:
        return frozenset(_using(f"business.{inside[0]}", (), site.catalog))
    if len(inside) < 2:
        return None
    if section == "intents":
        return frozenset({str(inside[0])})
    if section == "slots":
        users = (name for name, each in site.catalog.intents.items() if inside[0] in each.slots)
        return frozenset(users)
    return None


def _using(path: str, tags: Collection[str], catalog: Catalog) -> Iterator[str]:
    """The intents that use a value, in a phrase all of them, and those whose articles are of its subject."""
    used = re.compile(rf"\b{re.escape(path)}\b")
    everywhere = any(used.search(phrase) for phrase in catalog.phrases.values())
    slots = {name for name, slot in catalog.slots.items() if used.search(slot.model_dump_json())}
    for name, intent in catalog.intents.items():
        mentioned = everywhere or used.search(intent.model_dump_json(exclude={"examples"}))
        near = intent.knowledge and not set(intent.knowledge.tags).isdisjoint(tags)
        if mentioned or near or not slots.isdisjoint(intent.slots):
            yield name


def _words(site: Site, change: Change) -> tuple[str, ...]:
    """What tells that a case is about the changed place: its names, and of a policy what it says."""
    names = tuple(step for step in change.place if isinstance(step, str))
    policy = site.catalog.policies.get(names[1]) if names[0] == "policies" and len(names) > 1 else None
    return names if policy is None else (*names, str(policy.value).lower(), policy.title.lower())


def _named(mutants: list[Mutant]) -> Iterator[Mutant]:
    """With an id each: the place and the kind, and a number where that is not enough."""
    counted = Counter[str]()
    for each in mutants:
        name = f"{each.where}:{each.kind.replace(' ', '-')}"
        counted[name] += 1
        yield replace(each, id=name if counted[name] == 1 else f"{name}:{counted[name]}")
