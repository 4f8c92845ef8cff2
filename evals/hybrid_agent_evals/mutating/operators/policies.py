"""Weakening the rules of the house."""

import re
from collections.abc import Iterator
from datetime import date

from hybrid_agent.catalog.policies import Policy
from hybrid_agent_evals.mutating.changes import Change
from hybrid_agent_evals.mutating.loosening import FACTOR
from hybrid_agent_evals.mutating.operators.wording import short
from hybrid_agent_evals.mutating.sites import GONE, Site

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def policies_removed(site: Site) -> Iterator[Change]:
    """Each rule taken out."""
    for name, policy in site.value.items():
        yield Change(
            "a policy removed",
            (*site.place, name),
            GONE,
            f"the policy {name} is not there any more",
            f"someone asks for what only this rule says: {short(policy.text)}",
        )


def value_multiplied(site: Site) -> Iterator[Change]:
    """Ten times the value."""
    if site.value is None or isinstance(site.value, date):
        return
    more = (
        _NUMBER.sub(lambda found: f"{float(found[0]) * FACTOR:g}", site.value)
        if isinstance(site.value, str)
        else site.value * FACTOR
    )
    if more != site.value:
        yield Change(
            "a policy's value changed",
            site.place,
            more,
            f"{site.part}: it is {more}, not {site.value}",
            f"the state in which the rule is said or decides, with {site.value} under `told`",
        )


def tags_dropped(site: Site) -> Iterator[Change]:
    """Found with no subject."""
    if site.value:
        yield Change(
            "a policy not found",
            site.place,
            (),
            f"{site.part}: it has no tags, and no intent that reads some finds it",
            "someone asks for it, with its title under `cites`",
            equivalent=for_staff(site),
        )


def link_dropped(site: Site) -> Iterator[Change]:
    """Cited without a link."""
    if site.value:
        yield Change(
            "a citation rule dropped",
            site.place,
            None,
            f"{site.part}: it is cited without its link",
            "the state in which the rule is said, with its link under `told` or among the sources",
            equivalent=for_staff(site),
        )


def made_public(site: Site) -> Iterator[Change]:
    """Said to customers though it is for staff."""
    if site.value == "internal":
        yield Change(
            "an audience widened",
            site.place,
            "customer",
            f"{site.part}: customers may read it",
            "a customer asks for it in its very words, and it is not told",
        )


def validity_dropped(site: Site) -> Iterator[Change]:
    """Held on every day, for every product, in every language."""
    if site.value is not None:
        yield Change(
            "validity widened",
            site.place,
            None,
            f"{site.part}: {site.place[-1]} is dropped",
            "someone asks where the rule does not hold: on another day, of another product",
        )


def for_staff(site: Site) -> str:
    """Why the words of a policy do not matter, where they never reach a customer."""
    internal = isinstance(site.owner, Policy) and site.owner.audience == "internal"
    return "it is for staff alone, and the bot answers customers alone" if internal else ""
