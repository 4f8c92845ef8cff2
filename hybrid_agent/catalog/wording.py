"""The catalog's conditions in words, for whoever decides: what the policy looked at, and what it found."""

from collections.abc import Iterator

from pydantic import JsonValue

from hybrid_agent.catalog.conditions import Bounds, Condition, Test
from hybrid_agent.catalog.models import ActionRule
from hybrid_agent.catalog.paths import Scope, look_up
from hybrid_agent.catalog.phrasing import show

LIMITS = {
    "above": "above",
    "below": "below",
    "at_least": "at least",
    "at_most": "at most",
    "same_as": "the same as",
}
UNSAID = ("argument", "slot", "policy", "business")
"""Roots of paths that say nothing to a reader."""


def conditions_of(rule: ActionRule, scope: Scope) -> JsonValue:
    """What allows the action, who may approve it, and when two people have to, each in words."""
    if rule.approval is None:
        return {"allow": [in_words(each.when, scope) for each in rule.allow]}
    approvers = [(each.role, in_words(each.when, scope)) for each in rule.approval.by]
    four_eyes = rule.approval.four_eyes
    return {
        "allow": [in_words(each.when, scope) for each in rule.allow],
        "approvers": [f"{role}, where {words}" if words else role for role, words in approvers],
        "four_eyes": None if four_eyes is None else in_words(four_eyes, scope) or "always",
    }


def in_words(condition: Condition, scope: Scope) -> str:
    """A condition as a sentence's part: what must be so, and in brackets what is; "" for none."""
    lines = []
    for path, test in condition.items():
        found = look_up(scope, path)
        shown = "not known" if found is None else show(found, "words")
        lines.append(f"{name_of(path)} is {' and '.join(_says(test, scope))} (it is {shown})")
    return ", and ".join(lines)


def name_of(path: str) -> str:
    """A path as a reader knows it: `argument.amount.amount` is the amount."""
    parts = path.replace("[]", "").split(".")
    named = parts[1:] if parts[0] in UNSAID and len(parts) > 1 else parts
    return " ".join(dict.fromkeys(word for part in named for word in part.split("_")))


def _says(test: Test, scope: Scope) -> Iterator[str]:
    if isinstance(test, tuple):
        yield " or ".join(show(each, "words") for each in test)
    elif not isinstance(test, Bounds):
        yield show(test, "words")
    else:
        yield from _bounds(test, scope)


def _bounds(bounds: Bounds, scope: Scope) -> Iterator[str]:
    if bounds.present is not None:
        yield "known" if bounds.present else "not known"
    for field, words in LIMITS.items():
        limit = getattr(bounds, field)
        if isinstance(limit, str):
            value = look_up(scope, limit)
            yield f"{words} {name_of(limit)}" + ("" if value is None else f", {show(value)}")
        elif limit is not None:
            yield f"{words} {limit}"
