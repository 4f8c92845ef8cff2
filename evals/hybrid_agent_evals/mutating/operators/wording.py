"""Parts of a catalog in words, for the people who read the report."""

from collections.abc import Iterator, Mapping

from hybrid_agent.catalog.conditions import Bounds, Condition, Scalar, Test
from hybrid_agent.catalog.models import Intent
from hybrid_agent_evals.mutating.loosening import values_by_path
from hybrid_agent_evals.mutating.sites import Site

SHOWN = 70
"""So much of a text is shown."""


def said(condition: Condition) -> str:
    """A condition in a line."""
    return ", ".join(f"{path}: {_test(test)}" for path, test in condition.items()) or "always"


def short(text: str) -> str:
    """The beginning of a text."""
    return f"“{text}”" if len(text) <= SHOWN else f"“{text[:SHOWN].rstrip()}…”"


def intent_of(site: Site) -> Intent | None:
    """The intent that a site stands in."""
    name = site.part_of("intents")
    return None if name is None else site.catalog.intents[name]


def never_looked_up(site: Site) -> str:
    """Why the help centre does not matter to an intent, where that is so: what is done, or always goes to a
    person, is not looked up."""
    intent = intent_of(site)
    if intent is None:
        return ""
    away = any(not rule.when for rule in intent.escalate)
    return "the help centre is not asked for what is done or handed over" if away or intent.action else ""


def known_values(site: Site) -> Mapping[str, tuple[Scalar, ...]]:
    """The values that the intent of a site compares its paths with."""
    intent = intent_of(site)
    return values_by_path(_conditions(intent)) if intent else {}


def _conditions(intent: Intent) -> Iterator[Condition]:
    action = intent.action
    approvers = action.approval.by if action and action.approval else ()
    yield from (each.when for each in intent.answers)
    yield from (each.when for each in intent.escalate)
    yield from (each.when for each in (action.allow if action else ()))
    yield from (each.when for each in approvers)


def _test(test: Test) -> str:
    if isinstance(test, tuple):
        return " or ".join(map(str, test))
    if isinstance(test, Bounds):
        given = test.model_dump(exclude_unset=True)
        return " ".join(f"{name.replace('_', ' ')} {value}" for name, value in given.items())
    return str(test)
