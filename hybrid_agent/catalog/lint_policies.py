"""Whether the values of policies are used, and only where they may be read."""

from collections.abc import Iterator

from hybrid_agent.catalog.conditions import condition_paths
from hybrid_agent.catalog.findings import Finding, error, warning
from hybrid_agent.catalog.lint_paths import used_paths
from hybrid_agent.catalog.lint_values import texts
from hybrid_agent.catalog.models import Catalog
from hybrid_agent.catalog.phrasing import places

_ROOT = "policy."


def lint_policies(catalog: Catalog) -> Iterator[Finding]:
    """Values that nothing uses, and internal ones in texts that customers read."""
    used = {_policy_of(path) for path in _paths(catalog)}
    for name, policy in catalog.policies.items():
        if policy.value is not None and "value" not in places(policy.says) and name not in used:
            yield warning(
                f"policies.{name}.value", f"nothing uses it: say {{value}}, or {{{_ROOT}{name}}} elsewhere"
            )
    for where, text in _texts(catalog):
        for name in dict.fromkeys(_policy_of(path) for path in places(text)):
            if name in catalog.policies and catalog.policies[name].audience == "internal":
                yield error(where, f"{_ROOT}{name} is internal, and customers read this")


def passing(catalog: Catalog) -> frozenset[str]:
    """The paths of policies that do not hold on every day."""
    return frozenset(f"{_ROOT}{name}" for name, each in catalog.policies.items() if not each.lasting)


def _policy_of(path: str) -> str:
    return path.removeprefix(_ROOT).partition(".")[0] if path.startswith(_ROOT) else ""


def _paths(catalog: Catalog) -> Iterator[str]:
    for intent in catalog.intents.values():
        yield from used_paths(intent)
        for candidates in intent.candidates.values():
            yield from condition_paths(candidates)
    for slot in catalog.slots.values():
        if slot.known_from is not None:
            yield from slot.known_from.read.arguments.values()
            yield from condition_paths(slot.known_from.when)
            yield from places(slot.known_from.offer or "")
    for text in catalog.phrases.values():
        yield from places(text)


def _texts(catalog: Catalog) -> Iterator[tuple[str, str]]:
    yield from ((f"phrases.{name}", text) for name, text in catalog.phrases.items())
    for name, intent in catalog.intents.items():
        yield from texts(f"intents.{name}", intent)
